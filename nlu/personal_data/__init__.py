"""Parts of a text that tell who somebody is, or how to reach or charge them; and hiding them."""
