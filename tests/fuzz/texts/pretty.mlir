// Two functions, a global, an assertion, sizes that are not known.
module @m attributes {a = 1 : i64} {
  util.global private @w = #flow.parameter.named<"model"::"w"> : tensor<4x3xf32>
  func.func private @g(tensor<?x3xf32>) -> tensor<?x3xf32>
  func.func @f(%x: tensor<?x4xf32> {a.b = "c"}, %k: index) -> (tensor<?x3xf32>, tensor<4xf32>) attributes {hint} {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %d = tensor.dim %x, %c0 : tensor<?x4xf32>
    %e = tensor.empty(%d) : tensor<?x3xf32>
    %w = util.global.load @w : tensor<4x3xf32>
    %i = linalg.fill ins(%zero : f32) outs(%e : tensor<?x3xf32>) -> tensor<?x3xf32>
    %p = linalg.matmul ins(%x, %w : tensor<?x4xf32>, tensor<4x3xf32>) outs(%i : tensor<?x3xf32>) -> tensor<?x3xf32>
    %ok = arith.cmpi slt, %k, %d : index
    cf.assert %ok, "k is below the size"
    %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%p : tensor<?x3xf32>) outs(%e : tensor<?x3xf32>) {
    ^bb0(%in: f32, %out: f32):
      %n = linalg.index 1 : index
      %m = arith.index_cast %n : index to i32
      %h = arith.sitofp %m : i32 to f32
      %t = math.tanh %in : f32
      %s = arith.addf %t, %h fastmath<fast> : f32
      linalg.yield %s : f32
    } -> tensor<?x3xf32>
    %q = call @g(%r) : (tensor<?x3xf32>) -> tensor<?x3xf32>
    %z = tensor.extract_slice %x[0, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
    return %q, %z : tensor<?x3xf32>, tensor<4xf32>
  }
}
