"""Work off the main thread: threads for reading and saving, processes for models and training."""
