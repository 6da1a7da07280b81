"""The stages as Faust workers on Kafka: one app, one consumer group a stage."""
