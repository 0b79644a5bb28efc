// The example: is the sum of the data's bytes what is claimed? Local value 1 is the data's key, 2 the claim (8 bytes).
// Exit code 0: it is, 1: it is not, 2: no answer.
package main

import (
	"encoding/binary"
	"os"
)

func main() {
	key := [32]byte(local(1, 32))
	claim := binary.BigEndian.Uint64(local(2, 8))
	hint("data")
	var sum uint64
	for _, value := range preimage(key) {
		sum += uint64(value)
	}
	if sum != claim {
		writeAll(stdout, []byte("the claim is wrong\n"))
		os.Exit(1)
	}
	writeAll(stdout, []byte("the claim is right\n"))
}
