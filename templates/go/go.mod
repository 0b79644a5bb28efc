module example.org/my-guest

go 1.22
