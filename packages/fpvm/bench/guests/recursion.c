// Deep recursion: Ackermann's function (about 2,000 frames), and walks over a search tree that is 3,000 nodes deep.
#include "guest.h"

#define NODES 12000
#define SPINE 3000

struct node {
  struct node *left, *right;
  u64 key;
};

static u64 ackermann(u64 m, u64 n) {
  if (m == 0) return n + 1;
  if (n == 0) return ackermann(m - 1, 1);
  return ackermann(m - 1, ackermann(m, n - 1));
}

static struct node *insert(struct node *tree, struct node *added) {
  if (tree == 0) return added;
  if (added->key < tree->key) tree->left = insert(tree->left, added);
  else tree->right = insert(tree->right, added);
  return tree;
}

static u64 depth(const struct node *tree) {
  if (tree == 0) return 0;
  u64 left = depth(tree->left), right = depth(tree->right);
  return 1 + (left > right ? left : right);
}

static u64 sum_of(const struct node *tree, u64 level) {
  if (tree == 0) return 0;
  u64 left = sum_of(tree->left, level + 1);
  return mix(left, tree->key ^ level) + sum_of(tree->right, level + 1);
}

u64 work(u64 rounds) {
  struct node *nodes = allocate(NODES * sizeof(struct node));
  u64 random = 362436069ul, sum = 0;
  struct node *tree = 0, *last = 0;
  for (u64 i = 0; i < NODES; i++) {
    struct node *node = nodes + i;
    // First a spine of ascending keys, then random ones between them.
    if (i < SPINE) {
      node->key = i << 20;
      if (last == 0) tree = node;
      else last->right = node;
      last = node;
    } else {
      node->key = next_random(&random) % ((u64)SPINE << 20);
      // The reference walks about 24 million steps a second: start low on the spine.
      u64 below = node->key >> 20;
      insert(nodes + (below > 40 ? below - 40 : 0), node);
    }
  }
  for (u64 round = 0; round < rounds; round++) {
    sum = mix(sum, ackermann(3, 8 - round % 2));
    for (int i = 0; i < 4; i++) sum = mix(sum, depth(tree)) + sum_of(tree, 0);
  }
  return sum;
}
