// amqp091-go, RabbitMQ's client for Go, against a node. The port is in AMQP_PORT.
package clients

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const patience = 15 * time.Second

func unique(prefix string) string {
	id := make([]byte, 12)
	if _, err := rand.Read(id); err != nil {
		panic(err)
	}
	return prefix + "-" + hex.EncodeToString(id)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, wanted interface{}) {
	t.Helper()
	if !reflect.DeepEqual(got, wanted) {
		t.Fatalf("got %#v instead of %#v", got, wanted)
	}
}

func connect(t *testing.T) *amqp.Connection {
	t.Helper()
	connection, err := amqp.Dial("amqp://guest:guest@127.0.0.1:" + os.Getenv("AMQP_PORT") + "/")
	check(t, err)
	t.Cleanup(func() { connection.Close() })
	return connection
}

func open(t *testing.T, connection *amqp.Connection) *amqp.Channel {
	t.Helper()
	channel, err := connection.Channel()
	check(t, err)
	return channel
}

// declare makes a durable queue that goes when the test is over.
func declare(t *testing.T, connection *amqp.Connection, name string, arguments amqp.Table) string {
	t.Helper()
	queue, err := open(t, connection).QueueDeclare(name, true, false, false, false, arguments)
	check(t, err)
	t.Cleanup(func() {
		if channel, err := connection.Channel(); err == nil {
			channel.QueueDelete(queue.Name, false, false, false)
		}
	})
	return queue.Name
}

func consume(t *testing.T, channel *amqp.Channel, queue string) <-chan amqp.Delivery {
	t.Helper()
	deliveries, err := channel.Consume(queue, "", false, false, false, false, nil)
	check(t, err)
	return deliveries
}

func next(t *testing.T, deliveries <-chan amqp.Delivery) amqp.Delivery {
	t.Helper()
	select {
	case delivery, isOpen := <-deliveries:
		if !isOpen {
			t.Fatal("the consumer was closed")
		}
		return delivery
	case <-time.After(patience):
		t.Fatal("no message came")
	}
	return amqp.Delivery{}
}

func publish(t *testing.T, channel *amqp.Channel, exchange, key string, message amqp.Publishing) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	check(t, channel.PublishWithContext(ctx, exchange, key, false, false, message))
}

func publishMandatory(t *testing.T, channel *amqp.Channel, queue string, message amqp.Publishing) {
	t.Helper()
	check(t, channel.PublishWithContext(context.Background(), "", queue, true, false, message))
}

// nextConfirm uses a listener, since a deferred confirmation of version 1.5 waits for ever when its
// confirm comes before the publishing goroutine has noted the message.
func nextConfirm(t *testing.T, confirms <-chan amqp.Confirmation) amqp.Confirmation {
	t.Helper()
	select {
	case confirm := <-confirms:
		return confirm
	case <-time.After(patience):
		t.Fatal("nothing was confirmed")
	}
	return amqp.Confirmation{}
}

func text(body string) amqp.Publishing {
	return amqp.Publishing{ContentType: "text/plain", DeliveryMode: amqp.Persistent, Body: []byte(body)}
}

// deathCount is how often a message died in a queue.
func deathCount(delivery amqp.Delivery, queue, reason string) int64 {
	deaths, _ := delivery.Headers["x-death"].([]interface{})
	for _, entry := range deaths {
		death := entry.(amqp.Table)
		if death["queue"] == queue && death["reason"] == reason {
			return death["count"].(int64)
		}
	}
	return 0
}

func TestWorkersRetryLaterAndGiveUpInTheEnd(t *testing.T) {
	const limit = 3
	connection := connect(t)
	channel := open(t, connection)
	work, retry, parked := unique("work"), unique("retry"), unique("parked")
	declare(t, connection, work,
		amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": retry})
	declare(t, connection, retry, amqp.Table{
		"x-dead-letter-exchange": "", "x-dead-letter-routing-key": work, "x-message-ttl": int32(30)})
	declare(t, connection, parked, nil)
	for _, task := range []string{"good", "flaky", "hopeless"} {
		publish(t, channel, "", work, text(task))
	}

	done := map[string]int64{}
	check(t, channel.Qos(1, 0, false))
	tasks := consume(t, channel, work)
	for len(done) < 3 {
		task := next(t, tasks)
		name, failures := string(task.Body), deathCount(task, work, "rejected")
		equal(t, deathCount(task, retry, "expired"), failures)
		switch {
		case name == "good", name == "flaky" && failures == 2:
			done[name] = failures
			check(t, task.Ack(false))
		case failures == limit:
			done[name] = failures
			publish(t, channel, "", parked, amqp.Publishing{Headers: task.Headers, Body: task.Body})
			check(t, task.Ack(false))
		default:
			check(t, task.Nack(false, false))
		}
	}

	equal(t, done, map[string]int64{"good": 0, "flaky": 2, "hopeless": limit})
	last := next(t, consume(t, open(t, connection), parked))
	equal(t, string(last.Body), "hopeless")
	equal(t, last.Headers["x-first-death-reason"], "rejected")
	equal(t, last.Headers["x-first-death-queue"], work)
}

func TestRequestsAreAnsweredDirectly(t *testing.T) {
	const replyTo = "amq.rabbitmq.reply-to"
	connection := connect(t)
	requests := declare(t, connection, unique("requests"), nil)
	server := open(t, connection)
	questions := consume(t, server, requests)
	go func() {
		for question := range questions {
			server.PublishWithContext(context.Background(), "", question.ReplyTo, false, false,
				amqp.Publishing{
					CorrelationId: question.CorrelationId,
					Body:          append([]byte("re: "), question.Body...),
				})
			question.Ack(false)
		}
	}()

	client := open(t, connection)
	answers, err := client.Consume(replyTo, "", true, false, false, false, nil)
	check(t, err)
	for i := 0; i < 10; i++ {
		publish(t, client, "", requests, amqp.Publishing{
			ReplyTo: replyTo, CorrelationId: fmt.Sprint(i), Body: []byte(fmt.Sprint("question ", i))})
	}
	for i := 0; i < 10; i++ {
		answer := next(t, answers)
		equal(t, answer.CorrelationId, fmt.Sprint(i))
		equal(t, string(answer.Body), fmt.Sprint("re: question ", i))
	}
}

func TestTopicsFanOut(t *testing.T) {
	connection := connect(t)
	channel := open(t, connection)
	exchange := unique("events")
	check(t, channel.ExchangeDeclare(exchange, "topic", true, false, false, false, nil))
	t.Cleanup(func() { channel.ExchangeDelete(exchange, false, false) })
	wanted := map[string][]string{
		"order.*":     {"order.made", "order.paid"},
		"#.paid":      {"order.paid", "order.eu.paid"},
		"order.eu.#":  {"order.eu.paid"},
		"#":           {"order.made", "order.paid", "order.eu.paid", "user"},
		"nobody.says": nil,
	}
	subscribers := map[string]string{}
	for pattern := range wanted {
		queue, err := channel.QueueDeclare("", false, true, true, false, nil)
		check(t, err)
		check(t, channel.QueueBind(queue.Name, pattern, exchange, false, nil))
		subscribers[pattern] = queue.Name
	}
	for _, key := range wanted["#"] {
		publish(t, channel, exchange, key, text(key))
	}
	for pattern, keys := range wanted {
		var got []string
		for {
			message, isThere, err := channel.Get(subscribers[pattern], true)
			check(t, err)
			if !isThere {
				break
			}
			equal(t, message.RoutingKey, string(message.Body))
			got = append(got, message.RoutingKey)
		}
		equal(t, got, keys)
	}
}

func TestMessagesAreDelayedByTheirExpiration(t *testing.T) {
	connection := connect(t)
	channel := open(t, connection)
	due := declare(t, connection, unique("due"), nil)
	waiting := declare(t, connection, unique("waiting"),
		amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": due})
	start := time.Now()
	publish(t, channel, "", waiting, amqp.Publishing{Expiration: "150", Body: []byte("later")})
	message := next(t, consume(t, channel, due))
	if waited := time.Since(start); waited < 150*time.Millisecond {
		t.Fatalf("it came after %v already", waited)
	}
	equal(t, message.Expiration, "")
	death := message.Headers["x-death"].([]interface{})[0].(amqp.Table)
	equal(t, death["original-expiration"], "150")
	equal(t, death["routing-keys"], []interface{}{waiting})
	if _, isTime := death["time"].(time.Time); !isTime {
		t.Fatalf("its time of death is %#v", death["time"])
	}
}

func TestConfirmsTellWhatWasStoredAndReturnsWhatWasNot(t *testing.T) {
	connection := connect(t)
	channel := open(t, connection)
	check(t, channel.Confirm(false))
	returns := channel.NotifyReturn(make(chan amqp.Return, 1))
	queue := declare(t, connection, unique("queue"), nil)

	confirms := channel.NotifyPublish(make(chan amqp.Confirmation, 500))
	for i := 0; i < 500; i++ {
		publishMandatory(t, channel, queue, text(fmt.Sprint(i)))
	}
	for tag := uint64(1); tag <= 500; tag++ {
		equal(t, nextConfirm(t, confirms), amqp.Confirmation{DeliveryTag: tag, Ack: true})
	}
	state, err := channel.QueueInspect(queue)
	check(t, err)
	equal(t, state.Messages, 500)

	publishMandatory(t, channel, unique("nowhere"), text("lost"))
	equal(t, nextConfirm(t, confirms), amqp.Confirmation{DeliveryTag: 501, Ack: true})
	select {
	case returned := <-returns:
		equal(t, returned.ReplyCode, uint16(amqp.NoRoute))
		equal(t, returned.ReplyText, "NO_ROUTE")
		equal(t, string(returned.Body), "lost")
	case <-time.After(patience):
		t.Fatal("nothing was returned")
	}
}

func TestAFullQueueRefuses(t *testing.T) {
	connection := connect(t)
	channel := open(t, connection)
	check(t, channel.Confirm(false))
	queue := declare(t, connection, unique("full"),
		amqp.Table{"x-max-length": int32(2), "x-overflow": "reject-publish"})
	confirms := channel.NotifyPublish(make(chan amqp.Confirmation, 1))
	for _, isIn := range []bool{true, true, false} {
		publishMandatory(t, channel, queue, text("message"))
		equal(t, nextConfirm(t, confirms).Ack, isIn)
	}
}

func TestUrgentWorkComesFirst(t *testing.T) {
	connection := connect(t)
	channel := open(t, connection)
	queue := declare(t, connection, unique("urgent"), amqp.Table{"x-max-priority": byte(10)})
	for i, priority := range []uint8{0, 5, 10, 5, 200} {
		message := text(fmt.Sprint(i))
		message.Priority = priority
		publish(t, channel, "", queue, message)
	}
	check(t, channel.Qos(1, 0, false))
	tasks := consume(t, channel, queue)
	var order string
	for i := 0; i < 5; i++ {
		task := next(t, tasks)
		order += string(task.Body)
		check(t, task.Ack(false))
	}
	equal(t, order, "24130")
}

func TestASingleActiveConsumerIsReplaced(t *testing.T) {
	publisher := connect(t)
	channel := open(t, publisher)
	queue := declare(t, publisher, unique("single"), amqp.Table{"x-single-active-consumer": true})
	first, second := connect(t), connect(t)
	active := consume(t, open(t, first), queue)
	waiting := consume(t, open(t, second), queue)
	publish(t, channel, "", queue, text("1"))
	publish(t, channel, "", queue, text("2"))

	done := next(t, active)
	check(t, done.Ack(false))
	equal(t, string(next(t, active).Body), "2") // and it dies with this one
	equal(t, len(waiting), 0)
	check(t, first.Close())

	left := next(t, waiting)
	equal(t, string(left.Body), "2")
	equal(t, left.Redelivered, true)
	check(t, left.Ack(false))
}

func TestConsumersAreToldThatTheirQueueIsGone(t *testing.T) {
	connection := connect(t)
	channel := open(t, connection)
	queue := declare(t, connection, unique("gone"), nil)
	cancels := channel.NotifyCancel(make(chan string, 1))
	_, err := channel.Consume(queue, "watcher", false, false, false, false, nil)
	check(t, err)
	_, err = open(t, connection).QueueDelete(queue, false, false, false)
	check(t, err)
	select {
	case tag := <-cancels:
		equal(t, tag, "watcher")
	case <-time.After(patience):
		t.Fatal("nobody said so")
	}
}

func TestTheServerSaysWhatItCan(t *testing.T) {
	capabilities := connect(t).Properties["capabilities"].(amqp.Table)
	for _, name := range []string{
		"authentication_failure_close", "basic.nack", "connection.blocked", "consumer_cancel_notify",
		"consumer_priorities", "direct_reply_to", "exchange_exchange_bindings", "per_consumer_qos",
		"publisher_confirms",
	} {
		equal(t, capabilities[name], true)
	}
}

func TestAChannelIsClosedInTheWordsOfRabbitMQ(t *testing.T) {
	connection := connect(t)
	channel := open(t, connection)
	closed := channel.NotifyClose(make(chan *amqp.Error, 1))
	queue := declare(t, connection, unique("queue"), amqp.Table{"x-message-ttl": int32(1000)})
	_, err := channel.QueueDeclare(queue, true, false, false, false, amqp.Table{"x-message-ttl": int32(2000)})
	wanted := "PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue '" + queue +
		"' in vhost '/': received '2000' but current is '1000'"
	equal(t, err.(*amqp.Error).Reason, wanted)
	equal(t, (<-closed).Code, amqp.PreconditionFailed)
	open(t, connection) // the connection lives on
}

func TestGoroutinesShareAConnection(t *testing.T) {
	const workers, each = 8, 200
	connection := connect(t)
	queue := declare(t, connection, unique("shared"), nil)
	var all sync.WaitGroup
	for worker := 0; worker < workers; worker++ {
		all.Add(1)
		go func(channel *amqp.Channel) {
			defer all.Done()
			for i := 0; i < each; i++ {
				channel.PublishWithContext(context.Background(), "", queue, false, false, text("x"))
			}
		}(open(t, connection))
	}
	channel := open(t, connection)
	check(t, channel.Qos(100, 0, false))
	deliveries := consume(t, channel, queue)
	for i := 1; i <= workers*each; i++ {
		delivery := next(t, deliveries)
		if i%50 == 0 {
			check(t, delivery.Ack(true))
		}
	}
	all.Wait()
}
