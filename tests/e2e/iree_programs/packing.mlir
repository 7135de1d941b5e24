// Tiles in and out: sizes that do not divide, both orders of tiles inside and of blocks outside, unknown sizes.

func.func @pack_even(%x: tensor<4x6xi32>) -> tensor<2x3x2x2xi32> {
  %e = tensor.empty() : tensor<2x3x2x2xi32>
  %p = linalg.pack %x inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %e : tensor<4x6xi32> -> tensor<2x3x2x2xi32>
  return %p : tensor<2x3x2x2xi32>
}

func.func @pack_padded(%x: tensor<4x5xi32>) -> tensor<2x2x3x3xi32> {
  %fill = arith.constant -9 : i32
  %e = tensor.empty() : tensor<2x2x3x3xi32>
  %p = linalg.pack %x padding_value(%fill : i32) inner_dims_pos = [0, 1] inner_tiles = [3, 3] into %e
      : tensor<4x5xi32> -> tensor<2x2x3x3xi32>
  return %p : tensor<2x2x3x3xi32>
}

func.func @pack_unknown(%x: tensor<?x?xi32>) -> tensor<?x?x4x3xi32> {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %fill = arith.constant -7 : i32
  %m = tensor.dim %x, %d0 : tensor<?x?xi32>
  %n = tensor.dim %x, %d1 : tensor<?x?xi32>
  %t0 = arith.constant 4 : index
  %t1 = arith.constant 3 : index
  %o0 = arith.ceildivui %m, %t0 : index
  %o1 = arith.ceildivui %n, %t1 : index
  %e = tensor.empty(%o0, %o1) : tensor<?x?x4x3xi32>
  %p = linalg.pack %x padding_value(%fill : i32) inner_dims_pos = [0, 1] inner_tiles = [4, 3] into %e
      : tensor<?x?xi32> -> tensor<?x?x4x3xi32>
  return %p : tensor<?x?x4x3xi32>
}

func.func @pack_swapped_tiles(%x: tensor<10x21xi32>) -> tensor<3x3x8x4xi32> {
  %fill = arith.constant 99 : i32
  %e = tensor.empty() : tensor<3x3x8x4xi32>
  %p = linalg.pack %x padding_value(%fill : i32) inner_dims_pos = [1, 0] inner_tiles = [8, 4] into %e
      : tensor<10x21xi32> -> tensor<3x3x8x4xi32>
  return %p : tensor<3x3x8x4xi32>
}

func.func @pack_swapped_blocks(%x: tensor<10x21xi32>) -> tensor<3x3x4x8xi32> {
  %fill = arith.constant 99 : i32
  %e = tensor.empty() : tensor<3x3x4x8xi32>
  %p = linalg.pack %x padding_value(%fill : i32) outer_dims_perm = [1, 0] inner_dims_pos = [0, 1] inner_tiles = [4, 8] into %e
      : tensor<10x21xi32> -> tensor<3x3x4x8xi32>
  return %p : tensor<3x3x4x8xi32>
}

func.func @pack_both_swapped(%x: tensor<?x?xi32>) -> tensor<?x?x8x4xi32> {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %fill = arith.constant 0 : i32
  %m = tensor.dim %x, %d0 : tensor<?x?xi32>
  %n = tensor.dim %x, %d1 : tensor<?x?xi32>
  %t0 = arith.constant 4 : index
  %t1 = arith.constant 8 : index
  %o0 = arith.ceildivsi %m, %t0 : index
  %o1 = arith.ceildivsi %n, %t1 : index
  %e = tensor.empty(%o1, %o0) : tensor<?x?x8x4xi32>
  %p = linalg.pack %x padding_value(%fill : i32) outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 4] into %e
      : tensor<?x?xi32> -> tensor<?x?x8x4xi32>
  return %p : tensor<?x?x8x4xi32>
}

// A single row, turned and padded on both sides.
func.func @pack_one_row(%x: tensor<1x11xi8>) -> tensor<3x1x4x2xi8> {
  %fill = arith.constant 0 : i8
  %e = tensor.empty() : tensor<3x1x4x2xi8>
  %p = linalg.pack %x padding_value(%fill : i8) outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [4, 2] into %e
      : tensor<1x11xi8> -> tensor<3x1x4x2xi8>
  return %p : tensor<3x1x4x2xi8>
}

// The layouts of dot-product instructions on pairs of bytes.
func.func @pack_pairs_left(%x: tensor<15x31xi8>) -> tensor<2x16x8x2xi8> {
  %fill = arith.constant 0 : i8
  %e = tensor.empty() : tensor<2x16x8x2xi8>
  %p = linalg.pack %x padding_value(%fill : i8) outer_dims_perm = [0, 1] inner_dims_pos = [0, 1] inner_tiles = [8, 2] into %e
      : tensor<15x31xi8> -> tensor<2x16x8x2xi8>
  return %p : tensor<2x16x8x2xi8>
}

func.func @pack_pairs_right(%x: tensor<31x15xi8>) -> tensor<2x16x8x2xi8> {
  %fill = arith.constant 0 : i8
  %e = tensor.empty() : tensor<2x16x8x2xi8>
  %p = linalg.pack %x padding_value(%fill : i8) outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 2] into %e
      : tensor<31x15xi8> -> tensor<2x16x8x2xi8>
  return %p : tensor<2x16x8x2xi8>
}

func.func @unpack_even(%p: tensor<2x3x2x2xi32>) -> tensor<4x6xi32> {
  %e = tensor.empty() : tensor<4x6xi32>
  %x = linalg.unpack %p inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %e : tensor<2x3x2x2xi32> -> tensor<4x6xi32>
  return %x : tensor<4x6xi32>
}

func.func @unpack_cut(%p: tensor<2x2x3x3xi32>) -> tensor<4x5xi32> {
  %e = tensor.empty() : tensor<4x5xi32>
  %x = linalg.unpack %p inner_dims_pos = [0, 1] inner_tiles = [3, 3] into %e : tensor<2x2x3x3xi32> -> tensor<4x5xi32>
  return %x : tensor<4x5xi32>
}

func.func @unpack_both_swapped(%p: tensor<3x3x8x4xi32>) -> tensor<10x21xi32> {
  %e = tensor.empty() : tensor<10x21xi32>
  %x = linalg.unpack %p outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 4] into %e
      : tensor<3x3x8x4xi32> -> tensor<10x21xi32>
  return %x : tensor<10x21xi32>
}

func.func @unpack_unknown(%p: tensor<?x?x4x3xi32>, %like: tensor<?x?xi32>) -> tensor<?x?xi32> {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %m = tensor.dim %like, %d0 : tensor<?x?xi32>
  %n = tensor.dim %like, %d1 : tensor<?x?xi32>
  %e = tensor.empty(%m, %n) : tensor<?x?xi32>
  %x = linalg.unpack %p inner_dims_pos = [0, 1] inner_tiles = [4, 3] into %e : tensor<?x?x4x3xi32> -> tensor<?x?xi32>
  return %x : tensor<?x?xi32>
}

// A product in tiles by hand.
func.func @product_in_tiles(%a: tensor<10x7xi8>, %b: tensor<7x9xi8>) -> tensor<10x9xi32> {
  %zero8 = arith.constant 0 : i8
  %zero = arith.constant 0 : i32
  %ea = tensor.empty() : tensor<3x4x4x2xi8>
  %pa = linalg.pack %a padding_value(%zero8 : i8) inner_dims_pos = [0, 1] inner_tiles = [4, 2] into %ea
      : tensor<10x7xi8> -> tensor<3x4x4x2xi8>
  %eb = tensor.empty() : tensor<2x4x8x2xi8>
  %pb = linalg.pack %b padding_value(%zero8 : i8) outer_dims_perm = [1, 0] inner_dims_pos = [1, 0] inner_tiles = [8, 2] into %eb
      : tensor<7x9xi8> -> tensor<2x4x8x2xi8>
  %ec = tensor.empty() : tensor<3x2x4x8xi32>
  %fc = linalg.fill ins(%zero : i32) outs(%ec : tensor<3x2x4x8xi32>) -> tensor<3x2x4x8xi32>
  %pc = linalg.mmt4d ins(%pa, %pb : tensor<3x4x4x2xi8>, tensor<2x4x8x2xi8>) outs(%fc : tensor<3x2x4x8xi32>) -> tensor<3x2x4x8xi32>
  %e = tensor.empty() : tensor<10x9xi32>
  %c = linalg.unpack %pc inner_dims_pos = [0, 1] inner_tiles = [4, 8] into %e : tensor<3x2x4x8xi32> -> tensor<10x9xi32>
  return %c : tensor<10x9xi32>
}

func.func @tiles(%a: tensor<?x?x8x1xf32>, %b: tensor<?x?x4x1xf32>, %c: tensor<?x?x8x4xf32>) -> tensor<?x?x8x4xf32> {
  %r = linalg.mmt4d ins(%a, %b : tensor<?x?x8x1xf32>, tensor<?x?x4x1xf32>) outs(%c : tensor<?x?x8x4xf32>) -> tensor<?x?x8x4xf32>
  return %r : tensor<?x?x8x4xf32>
}

func.func @batches_of_tiles(%a: tensor<2x3x5x4x2xf32>, %b: tensor<2x2x5x4x2xf32>, %c: tensor<2x3x2x4x4xf32>) -> tensor<2x3x2x4x4xf32> {
  %r = linalg.batch_mmt4d ins(%a, %b : tensor<2x3x5x4x2xf32>, tensor<2x2x5x4x2xf32>) outs(%c : tensor<2x3x2x4x4xf32>) -> tensor<2x3x2x4x4xf32>
  return %r : tensor<2x3x2x4x4xf32>
}
