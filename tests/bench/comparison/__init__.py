"""What tests/bench/compare is made of: brokers, rows, baseline and report."""
