"""What a person can do, each as one function reached by menu, key, button and command line."""
