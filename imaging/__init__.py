"""What a study is: reading, geometry, volumes, masks, annotations and the library that keeps them. No torch, no Qt."""
