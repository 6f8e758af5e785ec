// Command go-tree judges a tree that another implementation has made with golang.org/x/mod/sumdb/{tlog,note},
// and makes the same tree itself, to be judged in turn. It reads a task from standard input and writes what it
// found to standard output, both as JSON.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type task struct {
	Records      [][]byte
	Roots        []sizedRoot
	Inclusions   []inclusion
	Growths      []growth
	Tiles        map[string][]byte
	Note         string
	VerifierKeys []string
	SignerName   string
}

type sizedRoot struct {
	Size int64
	Root tlog.Hash
}

type inclusion struct {
	Index, Size int64
	Proof       tlog.RecordProof
}

type growth struct {
	OldSize, NewSize int64
	Proof            tlog.TreeProof
}

type result struct {
	Faults      []string
	Roots       []sizedRoot
	Inclusions  []inclusion
	Growths     []growth
	Tiles       map[string][]byte
	NoteText    string
	Signers     []string
	Note        string
	VerifierKey string
}

func main() {
	var t task
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		log.Fatal(err)
	}
	r := result{Faults: []string{}, Tiles: map[string][]byte{}}
	stored := store(t.Records)
	r.judgeTrees(t, stored)
	r.judgeTiles(t, stored)
	r.judgeNote(t)
	r.sign(t, r.Roots[len(r.Roots)-1])
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		log.Fatal(err)
	}
}

func (r *result) fault(format string, values ...interface{}) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, values...))
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = h[index]
	}
	return found, nil
}

func store(records [][]byte) hashes {
	var stored hashes
	for n, record := range records {
		more, err := tlog.StoredHashes(int64(n), record, stored)
		if err != nil {
			log.Fatal(err)
		}
		stored = append(stored, more...)
	}
	return stored
}

func rootOf(size int64, stored hashes) tlog.Hash {
	root, err := tlog.TreeHash(size, stored)
	if err != nil {
		log.Fatal(err)
	}
	return root
}

func (r *result) judgeTrees(t task, stored hashes) {
	for _, given := range t.Roots {
		own := rootOf(given.Size, stored)
		if own != given.Root {
			r.fault("root of size %d: %v instead of %v", given.Size, given.Root, own)
		}
		r.Roots = append(r.Roots, sizedRoot{given.Size, own})
	}
	for _, given := range t.Inclusions {
		root, leaf := rootOf(given.Size, stored), tlog.RecordHash(t.Records[given.Index])
		if err := tlog.CheckRecord(given.Proof, given.Size, root, given.Index, leaf); err != nil {
			r.fault("inclusion of %d in %d: %v", given.Index, given.Size, err)
		}
		own, err := tlog.ProveRecord(given.Size, given.Index, stored)
		if err != nil {
			log.Fatal(err)
		}
		r.Inclusions = append(r.Inclusions, inclusion{given.Index, given.Size, own})
	}
	for _, given := range t.Growths {
		before, after := rootOf(given.OldSize, stored), rootOf(given.NewSize, stored)
		if err := tlog.CheckTree(given.Proof, given.NewSize, after, given.OldSize, before); err != nil {
			r.fault("growth from %d to %d: %v", given.OldSize, given.NewSize, err)
		}
		own, err := tlog.ProveTree(given.NewSize, given.OldSize, stored)
		if err != nil {
			log.Fatal(err)
		}
		r.Growths = append(r.Growths, growth{given.OldSize, given.NewSize, own})
	}
}

// Tiles of this package have the height of the tree's tiles in their path; C2SP's are always 8 high.
const pathPrefix = "tile/8/"

type givenTiles map[string][]byte

func (g givenTiles) Height() int { return 8 }

func (g givenTiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (g givenTiles) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, ok := g[c2spPath(tile)]
		if !ok {
			return nil, fmt.Errorf("%s is missing", c2spPath(tile))
		}
		data = append(data, bytes)
	}
	return data, nil
}

func c2spPath(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), pathPrefix)
}

func (r *result) judgeTiles(t task, stored hashes) {
	size := int64(len(t.Records))
	for _, tile := range widest(tlog.NewTiles(8, 0, size)) {
		own, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			log.Fatal(err)
		}
		path := c2spPath(tile)
		r.Tiles[path] = own
		if given, ok := t.Tiles[path]; !ok || !bytes.Equal(given, own) {
			r.fault("%s differs or is missing", path)
		}
	}
	if len(t.Tiles) != len(r.Tiles) {
		r.fault("%d tiles instead of %d", len(t.Tiles), len(r.Tiles))
	}
	tree := tlog.Tree{N: size, Hash: rootOf(size, stored)}
	if _, err := tlog.ProveRecord(size, size/2, tlog.TileHashReader(tree, givenTiles(t.Tiles))); err != nil {
		r.fault("reading the tiles: %v", err)
	}
}

// widest leaves out the narrower tiles that some versions of the package list for the same place.
func widest(tiles []tlog.Tile) map[tlog.Tile]tlog.Tile {
	found := map[tlog.Tile]tlog.Tile{}
	for _, tile := range tiles {
		place := tlog.Tile{L: tile.L, N: tile.N}
		if tile.W > found[place].W {
			found[place] = tile
		}
	}
	return found
}

func (r *result) judgeNote(t task) {
	var known []note.Verifier
	for _, text := range t.VerifierKeys {
		verifier, err := note.NewVerifier(text)
		if err != nil {
			r.fault("verifier key %s: %v", text, err)
			continue
		}
		known = append(known, verifier)
	}
	opened, err := note.Open([]byte(t.Note), note.VerifierList(known...))
	if err != nil {
		r.fault("note: %v", err)
		return
	}
	r.NoteText = opened.Text
	for _, signature := range opened.Sigs {
		r.Signers = append(r.Signers, signature.Name)
	}
	if _, err := tlog.ParseTree([]byte(opened.Text)); err != nil {
		r.fault("checkpoint: %v", err)
	}
}

func (r *result) sign(t task, head sizedRoot) {
	signerKey, verifierKey, err := note.GenerateKey(rand.Reader, t.SignerName)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := note.NewSigner(signerKey)
	if err != nil {
		log.Fatal(err)
	}
	text := tlog.FormatTree(tlog.Tree{N: head.Size, Hash: head.Root})
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		log.Fatal(err)
	}
	r.Note, r.VerifierKey = string(signed), verifierKey
}
