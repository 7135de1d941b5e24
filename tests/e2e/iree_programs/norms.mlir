// Reductions whose results are spread again: softmax in both spellings, layer norm, the first half of a softmax.

func.func @softmax_last(%x: tensor<4x5x9xf32>) -> tensor<4x5x9xf32> {
  %e = tensor.empty() : tensor<4x5x9xf32>
  %r = linalg.softmax dimension(2) ins(%x : tensor<4x5x9xf32>) outs(%e : tensor<4x5x9xf32>) -> tensor<4x5x9xf32>
  return %r : tensor<4x5x9xf32>
}

func.func @softmax_first(%x: tensor<7x3xf32>) -> tensor<7x3xf32> {
  %e = tensor.empty() : tensor<7x3xf32>
  %r = linalg.softmax dimension(0) ins(%x : tensor<7x3xf32>) outs(%e : tensor<7x3xf32>) -> tensor<7x3xf32>
  return %r : tensor<7x3xf32>
}

func.func @softmax_unknown(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %d2 = arith.constant 2 : index
  %a = tensor.dim %x, %d0 : tensor<?x?x?xf32>
  %b = tensor.dim %x, %d1 : tensor<?x?x?xf32>
  %c = tensor.dim %x, %d2 : tensor<?x?x?xf32>
  %e = tensor.empty(%a, %b, %c) : tensor<?x?x?xf32>
  %r = linalg.softmax dimension(2) ins(%x : tensor<?x?x?xf32>) outs(%e : tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  return %r : tensor<?x?x?xf32>
}

func.func @softmax_in_pieces(%x: tensor<?x6xf32>) -> tensor<?x6xf32> {
  %d0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %least = arith.constant -3.40282347E+38 : f32
  %n = tensor.dim %x, %d0 : tensor<?x6xf32>
  %re = tensor.empty(%n) : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?x6xf32>
  %mf = linalg.fill ins(%least : f32) outs(%re : tensor<?xf32>) -> tensor<?xf32>
  %top = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<?x6xf32>) outs(%mf : tensor<?xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %0 = arith.maximumf %v, %acc : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %ex = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%x, %top : tensor<?x6xf32>, tensor<?xf32>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%v: f32, %t: f32, %out: f32):
    %0 = arith.subf %v, %t : f32
    %1 = math.exp %0 : f32
    linalg.yield %1 : f32
  } -> tensor<?x6xf32>
  %sf = linalg.fill ins(%zero : f32) outs(%re : tensor<?xf32>) -> tensor<?xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
      ins(%ex : tensor<?x6xf32>) outs(%sf : tensor<?xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %0 = arith.addf %v, %acc : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %inverse = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%sum : tensor<?xf32>) outs(%re : tensor<?xf32>) {
  ^bb0(%v: f32, %out: f32):
    %0 = arith.divf %one, %v : f32
    linalg.yield %0 : f32
  } -> tensor<?xf32>
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%ex, %inverse : tensor<?x6xf32>, tensor<?xf32>) outs(%e : tensor<?x6xf32>) {
  ^bb0(%v: f32, %t: f32, %out: f32):
    %0 = arith.mulf %v, %t : f32
    linalg.yield %0 : f32
  } -> tensor<?x6xf32>
  return %r : tensor<?x6xf32>
}

func.func @below_largest(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xf32> {
  %d0 = arith.constant 0 : index
  %d1 = arith.constant 1 : index
  %d2 = arith.constant 2 : index
  %least = arith.constant -3.40282347E+38 : f32
  %a = tensor.dim %x, %d0 : tensor<?x?x?xf32>
  %b = tensor.dim %x, %d1 : tensor<?x?x?xf32>
  %c = tensor.dim %x, %d2 : tensor<?x?x?xf32>
  %re = tensor.empty(%a, %b) : tensor<?x?xf32>
  %mf = linalg.fill ins(%least : f32) outs(%re : tensor<?x?xf32>) -> tensor<?x?xf32>
  %top = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<?x?x?xf32>) outs(%mf : tensor<?x?xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %0 = arith.maximumf %v, %acc : f32
    linalg.yield %0 : f32
  } -> tensor<?x?xf32>
  %e = tensor.empty(%a, %b, %c) : tensor<?x?x?xf32>
  %d = linalg.generic {
      indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>],
      iterator_types = ["parallel", "parallel", "parallel"]} ins(%x, %top : tensor<?x?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?x?xf32>) {
  ^bb0(%v: f32, %t: f32, %out: f32):
    %0 = arith.subf %v, %t : f32
    linalg.yield %0 : f32
  } -> tensor<?x?x?xf32>
  return %d : tensor<?x?x?xf32>
}

func.func @layer_norm(%x: tensor<6x40xf32>, %scale: tensor<40xf32>, %shift: tensor<40xf32>) -> tensor<6x40xf32> {
  %zero = arith.constant 0.0 : f32
  %size = arith.constant dense<4.000000e+01> : tensor<6x1xf32>
  %tiny = arith.constant 9.99999996E-13 : f32
  %re = tensor.empty() : tensor<6x1xf32>
  %e = tensor.empty() : tensor<6x40xf32>
  %f = linalg.fill ins(%zero : f32) outs(%re : tensor<6x1xf32>) -> tensor<6x1xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<6x40xf32>) outs(%f : tensor<6x1xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %0 = arith.addf %v, %acc : f32
    linalg.yield %0 : f32
  } -> tensor<6x1xf32>
  %mean = arith.divf %sum, %size : tensor<6x1xf32>
  %flat = tensor.collapse_shape %mean [[0, 1]] : tensor<6x1xf32> into tensor<6xf32>
  %centred = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]} ins(%x, %flat : tensor<6x40xf32>, tensor<6xf32>) outs(%e : tensor<6x40xf32>) {
  ^bb0(%v: f32, %m: f32, %out: f32):
    %0 = arith.subf %v, %m : f32
    linalg.yield %0 : f32
  } -> tensor<6x40xf32>
  %squares = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>], iterator_types = ["parallel", "reduction"]}
      ins(%centred : tensor<6x40xf32>) outs(%f : tensor<6x1xf32>) {
  ^bb0(%v: f32, %acc: f32):
    %0 = arith.mulf %v, %v : f32
    %1 = arith.addf %acc, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<6x1xf32>
  %variance = arith.divf %squares, %size : tensor<6x1xf32>
  %r = linalg.generic {
      indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, 0)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%centred, %variance, %scale, %shift : tensor<6x40xf32>, tensor<6x1xf32>, tensor<40xf32>, tensor<40xf32>) outs(%e : tensor<6x40xf32>) {
  ^bb0(%v: f32, %q: f32, %s: f32, %b: f32, %out: f32):
    %0 = arith.addf %q, %tiny : f32
    %1 = math.rsqrt %0 : f32
    %2 = arith.mulf %v, %1 : f32
    %3 = arith.mulf %2, %s : f32
    %4 = arith.addf %3, %b : f32
    linalg.yield %4 : f32
  } -> tensor<6x40xf32>
  return %r : tensor<6x40xf32>
}
