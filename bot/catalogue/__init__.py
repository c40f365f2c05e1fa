"""What can be bought: the operator's products, how their destinations look, and how they are found."""
