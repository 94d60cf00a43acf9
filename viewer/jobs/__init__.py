"""Work off the main thread: threads, the model process, the training process."""
