// Convolutions and poolings: layouts, steps, holes, depth by depth, bytes.

func.func @channels_first(%x: tensor<1x2x5x6xf32>, %w: tensor<3x2x3x2xf32>) -> tensor<1x3x3x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3x3x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3x3x5xf32>) -> tensor<1x3x3x5xf32>
  %r = linalg.conv_2d_nchw_fchw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%x, %w : tensor<1x2x5x6xf32>, tensor<3x2x3x2xf32>) outs(%f : tensor<1x3x3x5xf32>) -> tensor<1x3x3x5xf32>
  return %r : tensor<1x3x3x5xf32>
}

// Steps of two, then a bias for each channel.
func.func @channels_last_with_bias(%x: tensor<2x11x9x3xf32>, %w: tensor<3x3x3x5xf32>, %bias: tensor<5xf32>) -> tensor<2x5x4x5xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x5x4x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x5x4x5xf32>) -> tensor<2x5x4x5xf32>
  %c = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%x, %w : tensor<2x11x9x3xf32>, tensor<3x3x3x5xf32>) outs(%f : tensor<2x5x4x5xf32>) -> tensor<2x5x4x5xf32>
  %r = linalg.generic {
      indexing_maps = [affine_map<(n, h, w, c) -> (n, h, w, c)>, affine_map<(n, h, w, c) -> (c)>, affine_map<(n, h, w, c) -> (n, h, w, c)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%c, %bias : tensor<2x5x4x5xf32>, tensor<5xf32>) outs(%e : tensor<2x5x4x5xf32>) {
  ^bb0(%v: f32, %b: f32, %out: f32):
    %s = arith.addf %v, %b : f32
    linalg.yield %s : f32
  } -> tensor<2x5x4x5xf32>
  return %r : tensor<2x5x4x5xf32>
}

func.func @with_holes(%x: tensor<1x9x10x2xf32>, %w: tensor<4x3x2x2xf32>, %onto: tensor<1x5x4x4xf32>) -> tensor<1x5x4x4xf32> {
  %r = linalg.conv_2d_nhwc_fhwc {dilations = dense<[2, 3]> : tensor<2xi64>, strides = dense<[1, 2]> : tensor<2xi64>}
      ins(%x, %w : tensor<1x9x10x2xf32>, tensor<4x3x2x2xf32>) outs(%onto : tensor<1x5x4x4xf32>) -> tensor<1x5x4x4xf32>
  return %r : tensor<1x5x4x4xf32>
}

func.func @plain_of_bytes(%x: tensor<6x7xi8>, %w: tensor<2x3xi8>, %onto: tensor<5x5xi32>) -> tensor<5x5xi32> {
  %r = linalg.conv_2d ins(%x, %w : tensor<6x7xi8>, tensor<2x3xi8>) outs(%onto : tensor<5x5xi32>) -> tensor<5x5xi32>
  return %r : tensor<5x5xi32>
}

func.func @along_a_line(%x: tensor<2x3x?xf32>, %w: tensor<4x3x3xf32>) -> tensor<2x4x?xf32> {
  %d2 = arith.constant 2 : index
  %two = arith.constant 2 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %d2 : tensor<2x3x?xf32>
  %k = arith.subi %n, %two : index
  %e = tensor.empty(%k) : tensor<2x4x?xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4x?xf32>) -> tensor<2x4x?xf32>
  %r = linalg.conv_1d_ncw_fcw {dilations = dense<1> : vector<1xi64>, strides = dense<1> : vector<1xi64>}
      ins(%x, %w : tensor<2x3x?xf32>, tensor<4x3x3xf32>) outs(%f : tensor<2x4x?xf32>) -> tensor<2x4x?xf32>
  return %r : tensor<2x4x?xf32>
}

func.func @unknown_batch(%x: tensor<?x4x5x2xf32>, %w: tensor<2x2x2x3xf32>) -> tensor<?x3x4x3xf32> {
  %d0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %d0 : tensor<?x4x5x2xf32>
  %e = tensor.empty(%n) : tensor<?x3x4x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x3x4x3xf32>) -> tensor<?x3x4x3xf32>
  %r = linalg.conv_2d_nhwc_hwcf ins(%x, %w : tensor<?x4x5x2xf32>, tensor<2x2x2x3xf32>) outs(%f : tensor<?x3x4x3xf32>) -> tensor<?x3x4x3xf32>
  return %r : tensor<?x3x4x3xf32>
}

func.func @depth_by_depth(%x: tensor<1x7x6x3xf32>, %w: tensor<3x2x3xf32>) -> tensor<1x3x5x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x3x5x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3x5x3xf32>) -> tensor<1x3x5x3xf32>
  %r = linalg.depthwise_conv_2d_nhwc_hwc {dilations = dense<1> : vector<2xi64>, strides = dense<[2, 1]> : vector<2xi64>}
      ins(%x, %w : tensor<1x7x6x3xf32>, tensor<3x2x3xf32>) outs(%f : tensor<1x3x5x3xf32>) -> tensor<1x3x5x3xf32>
  return %r : tensor<1x3x5x3xf32>
}

func.func @depth_by_depth_channels_first(%x: tensor<2x3x6x5xf32>, %w: tensor<3x3x3xf32>) -> tensor<2x3x4x3xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x3x4x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x3x4x3xf32>) -> tensor<2x3x4x3xf32>
  %r = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%x, %w : tensor<2x3x6x5xf32>, tensor<3x3x3xf32>) outs(%f : tensor<2x3x4x3xf32>) -> tensor<2x3x4x3xf32>
  return %r : tensor<2x3x4x3xf32>
}

func.func @largest_in_window(%x: tensor<1x6x8x2xf32>) -> tensor<1x3x3x2xf32> {
  %least = arith.constant 0xFF800000 : f32
  %window = tensor.empty() : tensor<2x3xf32>
  %e = tensor.empty() : tensor<1x3x3x2xf32>
  %f = linalg.fill ins(%least : f32) outs(%e : tensor<1x3x3x2xf32>) -> tensor<1x3x3x2xf32>
  %r = linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>}
      ins(%x, %window : tensor<1x6x8x2xf32>, tensor<2x3xf32>) outs(%f : tensor<1x3x3x2xf32>) -> tensor<1x3x3x2xf32>
  return %r : tensor<1x3x3x2xf32>
}

func.func @sum_in_window(%x: tensor<1x2x6x7xf32>) -> tensor<1x2x2x5xf32> {
  %zero = arith.constant 0.0 : f32
  %window = tensor.empty() : tensor<3x3xf32>
  %e = tensor.empty() : tensor<1x2x2x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x2x5xf32>) -> tensor<1x2x2x5xf32>
  %r = linalg.pooling_nchw_sum {dilations = dense<[2, 1]> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%x, %window : tensor<1x2x6x7xf32>, tensor<3x3xf32>) outs(%f : tensor<1x2x2x5xf32>) -> tensor<1x2x2x5xf32>
  return %r : tensor<1x2x2x5xf32>
}

// The border is padded with the least number, so that it never wins.
func.func @largest_with_border(%x: tensor<1x4x4x1xi8>) -> tensor<1x4x4x1xi8> {
  %least = arith.constant -128 : i8
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %least : i8
  } : tensor<1x4x4x1xi8> to tensor<1x6x6x1xi8>
  %window = tensor.empty() : tensor<3x3xi8>
  %e = tensor.empty() : tensor<1x4x4x1xi8>
  %f = linalg.fill ins(%least : i8) outs(%e : tensor<1x4x4x1xi8>) -> tensor<1x4x4x1xi8>
  %r = linalg.pooling_nhwc_max ins(%p, %window : tensor<1x6x6x1xi8>, tensor<3x3xi8>) outs(%f : tensor<1x4x4x1xi8>) -> tensor<1x4x4x1xi8>
  return %r : tensor<1x4x4x1xi8>
}
