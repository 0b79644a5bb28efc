package main

import (
	"encoding/binary"
	"os"
	"syscall"
)

// What the machine gives a guest: descriptors. There is no file, no clock, no second thread.
const (
	stdout        = 1
	hintRead      = 3
	hintWrite     = 4
	preimageRead  = 5
	preimageWrite = 6
)

// One call moves what lies in one 32-byte leaf of memory: both go on until all is done.
func readAll(descriptor int, target []byte) {
	for len(target) > 0 {
		count, err := syscall.Read(descriptor, target)
		if err != nil || count <= 0 {
			os.Exit(2)
		}
		target = target[count:]
	}
}

func writeAll(descriptor int, source []byte) {
	for len(source) > 0 {
		count, err := syscall.Write(descriptor, source)
		if err != nil || count <= 0 {
			os.Exit(2)
		}
		source = source[count:]
	}
}

// hint tells the host what will be asked for, in words that guest and host agree on.
func hint(text string) {
	message := binary.BigEndian.AppendUint32(nil, uint32(len(text)))
	writeAll(hintWrite, append(message, text...))
	readAll(hintRead, make([]byte, 1))
}

// preimage returns the whole value of a key.
func preimage(key [32]byte) []byte {
	writeAll(preimageWrite, key[:])
	var length [8]byte
	readAll(preimageRead, length[:])
	value := make([]byte, binary.BigEndian.Uint64(length[:]))
	readAll(preimageRead, value)
	return value
}

// local returns an input of the program, by its number.
func local(number byte, length int) []byte {
	value := preimage([32]byte{0: 1, 31: number})
	if len(value) != length {
		os.Exit(2)
	}
	return value
}
