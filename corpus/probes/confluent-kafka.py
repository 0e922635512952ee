import confluent_kafka
from confluent_kafka import KafkaException, Producer

assert confluent_kafka.libversion()[0] >= "1."
producer = Producer({"bootstrap.servers": "127.0.0.1:1", "compression.type": "zstd"})
producer.produce("topic", b"value")
assert len(producer) >= 1
try:
    producer.list_topics(timeout=0.2)
except KafkaException:
    pass
else:
    raise AssertionError("connected to nothing")
producer.purge()
