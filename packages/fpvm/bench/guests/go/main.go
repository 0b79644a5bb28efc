// The Go guest: maps, SHA-256, sorting and JSON, from the standard library alone.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"sort"
	"strconv"
)

// rounds is set by the build (-ldflags "-X main.rounds=N").
var rounds = "1"

type account struct {
	Name    string            `json:"name"`
	Balance uint64            `json:"balance"`
	History []int             `json:"history"`
	Labels  map[string]string `json:"labels"`
}

type random uint64

func (r *random) next() uint64 {
	x := uint64(*r)
	x ^= x << 13
	x ^= x >> 7
	x ^= x << 17
	*r = random(x)
	return x
}

func countInMaps(r *random) uint64 {
	byNumber := make(map[uint64]uint64)
	byName := make(map[string]int)
	for i := 0; i < 20000; i++ {
		key := r.next() % 5000
		byNumber[key] += uint64(i)
		if i%4 == 0 {
			byName[strconv.FormatUint(key%700, 36)]++
		}
		if i%7 == 0 {
			delete(byNumber, r.next()%5000)
		}
	}
	// The order of iteration is random: the sum must not depend on it.
	sum := uint64(0)
	for key, value := range byNumber {
		sum += key * value
	}
	for name, count := range byName {
		sum += uint64(len(name) * count * count)
	}
	return sum
}

func sortBoth(r *random) uint64 {
	numbers := make([]int, 8000)
	for i := range numbers {
		numbers[i] = int(r.next() >> 1)
	}
	sort.Ints(numbers)
	words := make([]string, 2000)
	for i := range words {
		words[i] = strconv.FormatUint(r.next(), 36)
	}
	sort.Slice(words, func(i, j int) bool { return words[i] < words[j] })
	return uint64(numbers[17]) ^ uint64(numbers[4000]) ^ uint64(len(words[100]))
}

func throughJSON(r *random) int {
	accounts := make([]account, 60)
	for i := range accounts {
		accounts[i] = account{
			Name:    "account \"" + strconv.Itoa(i) + "\" <" + strconv.FormatUint(r.next(), 16) + ">",
			Balance: r.next() >> 12,
			History: []int{int(r.next() % 1000), int(r.next() % 1000000), -i},
			Labels:  map[string]string{"kind": "test", "colour": strconv.FormatUint(r.next()%100, 10)},
		}
	}
	encoded, err := json.Marshal(accounts)
	if err != nil {
		panic(err)
	}
	var decoded []account
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		panic(err)
	}
	var anything any
	if err := json.Unmarshal(encoded, &anything); err != nil {
		panic(err)
	}
	again, err := json.Marshal(decoded)
	if err != nil {
		panic(err)
	}
	if string(again) != string(encoded) {
		panic("JSON changed on its way")
	}
	return len(encoded)
}

func main() {
	count, err := strconv.Atoi(rounds)
	if err != nil {
		panic(err)
	}
	r := random(88172645463325252)
	sum := sha256.Sum256(nil)
	block := make([]byte, 32+24+4096)
	for i := 0; i < count; i++ {
		copy(block, sum[:])
		binary.BigEndian.PutUint64(block[32:], countInMaps(&r))
		binary.BigEndian.PutUint64(block[40:], sortBoth(&r))
		binary.BigEndian.PutUint64(block[48:], uint64(throughJSON(&r)))
		for k := 0; k < 8; k++ {
			sum = sha256.Sum256(block)
			copy(block[56+32*k:], sum[:])
		}
	}
	if _, err := os.Stdout.WriteString(hex.EncodeToString(sum[:8]) + "\n"); err != nil {
		panic(err)
	}
}
