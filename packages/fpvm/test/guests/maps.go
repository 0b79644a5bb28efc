// A guest with Go's runtime: maps, sorting, hashing, big numbers, and allocation all the while.
package main

import (
	"crypto/sha256"
	"fmt"
	"math/big"
	"os"
	"sort"
)

func main() {
	counts := make(map[string]int)
	digest := sha256.Sum256([]byte("a guest"))
	for i := 0; i < 20000; i++ {
		digest = sha256.Sum256(digest[:])
		counts[fmt.Sprintf("%x", digest[:1+i%2])] += i
	}
	keys := make([]string, 0, len(counts))
	for key := range counts {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	product := big.NewInt(1)
	for _, key := range keys[:200] {
		product.Mul(product, big.NewInt(int64(counts[key]+1)))
	}
	fmt.Println(len(keys), sha256.Sum256(product.Bytes()))
	os.Exit(int(digest[0] & 63))
}
