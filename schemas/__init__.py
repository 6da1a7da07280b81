"""What travels: the records, the topics and their JSON. It imports nothing of ours."""
