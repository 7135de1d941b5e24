// A product of shifted integers, (a − za)·(b − zb), written as a plain product with corrections by row and column sums.

func.func private @corrected(%a: tensor<?x?xi8>, %b: tensor<?x?xi8>, %za: i32, %zb: i32) -> tensor<?x?xi32> {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %zero = arith.constant 0 : i32
  %m = tensor.dim %a, %d0 : tensor<?x?xi8>
  %k = tensor.dim %a, %d1 : tensor<?x?xi8>
  %n = tensor.dim %b, %d1 : tensor<?x?xi8>
  %depth = arith.index_cast %k : index to i32
  %e = tensor.empty(%m, %n) : tensor<?x?xi32>
  %f = linalg.fill ins(%zero : i32) outs(%e : tensor<?x?xi32>) -> tensor<?x?xi32>
  %plain = linalg.matmul ins(%a, %b : tensor<?x?xi8>, tensor<?x?xi8>) outs(%f : tensor<?x?xi32>) -> tensor<?x?xi32>
  %wide_a = arith.extsi %a : tensor<?x?xi8> to tensor<?x?xi32>
  %wide_b = arith.extsi %b : tensor<?x?xi8> to tensor<?x?xi32>
  %re = tensor.empty(%m) : tensor<?xi32>
  %rf = linalg.fill ins(%zero : i32) outs(%re : tensor<?xi32>) -> tensor<?xi32>
  %row_sums = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%wide_a : tensor<?x?xi32>) outs(%rf : tensor<?xi32>) {
  ^bb0(%x: i32, %acc: i32):
    %s = arith.addi %x, %acc : i32
    linalg.yield %s : i32
  } -> tensor<?xi32>
  %ce = tensor.empty(%n) : tensor<?xi32>
  %cf = linalg.fill ins(%zero : i32) outs(%ce : tensor<?xi32>) -> tensor<?xi32>
  %column_sums = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]}
      ins(%wide_b : tensor<?x?xi32>) outs(%cf : tensor<?xi32>) {
  ^bb0(%x: i32, %acc: i32):
    %s = arith.addi %x, %acc : i32
    linalg.yield %s : i32
  } -> tensor<?xi32>
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d1)>,
                       affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> ()>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%plain, %row_sums, %column_sums, %za, %zb, %depth : tensor<?x?xi32>, tensor<?xi32>, tensor<?xi32>, i32, i32, i32)
      outs(%e : tensor<?x?xi32>) {
  ^bb0(%p: i32, %rs: i32, %cs: i32, %sa: i32, %sb: i32, %d: i32, %unused: i32):
    %0 = arith.muli %rs, %sb : i32
    %1 = arith.muli %cs, %sa : i32
    %2 = arith.muli %sa, %sb : i32
    %3 = arith.muli %2, %d : i32
    %4 = arith.subi %p, %0 : i32
    %5 = arith.subi %4, %1 : i32
    %6 = arith.addi %5, %3 : i32
    linalg.yield %6 : i32
  } -> tensor<?x?xi32>
  return %r : tensor<?x?xi32>
}

func.func @with_zero_points(%a: tensor<?x?xi8>, %b: tensor<?x?xi8>, %za: i32, %zb: i32) -> tensor<?x?xi32> {
  %r = call @corrected(%a, %b, %za, %zb) : (tensor<?x?xi8>, tensor<?x?xi8>, i32, i32) -> tensor<?x?xi32>
  return %r : tensor<?x?xi32>
}

// The same by IREE's own named op.
func.func @named(%a: tensor<5x14xi8>, %b: tensor<14x6xi8>, %za: i32, %zb: i32) -> tensor<5x6xi32> {
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<5x6xi32>
  %f = linalg.fill ins(%zero : i32) outs(%e : tensor<5x6xi32>) -> tensor<5x6xi32>
  %r = linalg.quantized_matmul ins(%a, %b, %za, %zb : tensor<5x14xi8>, tensor<14x6xi8>, i32, i32)
      outs(%f : tensor<5x6xi32>) -> tensor<5x6xi32>
  return %r : tensor<5x6xi32>
}
