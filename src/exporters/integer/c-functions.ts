import type { IntegerFormat } from './integer-network.ts';

/** The functions of a network in C, the same for each: values have their places first, channels last. */
export function cFunctions(
  { weightBits, accumulatorBits, overflow }: IntegerFormat,
  hasPools: boolean,
): string {
  const weight = weightBits === 16 ? 'int16_t' : 'int8_t';
  const most = `(int64_t)${2 ** (accumulatorBits - 1) - 1}`;
  const wrapped = `        v = v < -MOST - 1 || v > MOST ? v - floor_div(v + MOST + 1, 2 * (MOST + 1)) * 2 * (MOST + 1) : v;`;
  const saturated = '        v = v > MOST ? MOST : v < -MOST - 1 ? -MOST - 1 : v;';
  return `#define MOST (${most})

static void fill(int32_t *to, int32_t size, const int32_t *from, int32_t count)
{
    int32_t i;
    for (i = 0; i < size; i++) to[i] = from[count == 1 ? 0 : i];
}

static void load(int16_t *to, const int8_t *from, int32_t channels, int32_t places)
{
    int32_t c, p;
    for (p = 0; p < places; p++)
        for (c = 0; c < channels; c++) to[p * channels + c] = from[c * places + p];
}

static void scatter(int32_t *sums, const int16_t *values, const ${weight} *weight,
    int32_t channels, int32_t height, int32_t width, int32_t outs, int32_t out_height, int32_t out_width,
    int32_t kernel_y, int32_t kernel_x, int32_t stride_y, int32_t stride_x, int32_t pad_y, int32_t pad_x,
    int32_t dilation_y, int32_t dilation_x, int32_t groups)
{
    const int32_t per_in = channels / groups, per_out = outs / groups;
    int32_t y, x, c, ky, kx, o;
    for (y = 0; y < height; y++)
    for (x = 0; x < width; x++)
    for (c = 0; c < channels; c++) {
        const int32_t value = values[(y * width + x) * channels + c];
        const int32_t first = c / per_in * per_out;
        if (value == 0) continue;
        for (ky = 0; ky < kernel_y; ky++) {
            const int32_t up = y + pad_y - ky * dilation_y;
            if (up < 0 || up % stride_y != 0 || up / stride_y >= out_height) continue;
            for (kx = 0; kx < kernel_x; kx++) {
                const int32_t left = x + pad_x - kx * dilation_x;
                int32_t *to;
                const ${weight} *from;
                if (left < 0 || left % stride_x != 0 || left / stride_x >= out_width) continue;
                to = sums + (up / stride_y * out_width + left / stride_x) * outs + first;
                from = weight + ((c * kernel_y + ky) * kernel_x + kx) * per_out;
                for (o = 0; o < per_out; o++) to[o] += value * from[o];
            }
        }
    }
}

${hasPools ? sumPool : ''}
${
  overflow === 'wrap'
    ? `
static int64_t floor_div(int64_t a, int64_t b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}
`
    : ''
}
static void integrate(int32_t *potential, const int32_t *arriving, const int32_t *bias, int32_t size, int32_t channels)
{
    int32_t i;
    for (i = 0; i < size; i++) {
        int64_t v = (int64_t)potential[i] + arriving[i] + bias[i % channels];
${overflow === 'wrap' ? wrapped : saturated}
        potential[i] = (int32_t)v;
    }
}

static uint32_t fire(int16_t *value, int32_t *potential, const int32_t *threshold, int32_t size, int32_t count)
{
    uint32_t spikes = 0;
    int32_t i;
    for (i = 0; i < size; i++) {
        const int32_t at = threshold[count == 1 ? 0 : i];
        value[i] = potential[i] >= at;
        if (value[i]) {
            potential[i] -= at;
            spikes++;
        }
    }
    return spikes;
}
`;
}

const sumPool = `static void sum_pool(int16_t *to, const int16_t *from, int32_t channels, int32_t height, int32_t width,
    int32_t out_height, int32_t out_width, int32_t kernel_y, int32_t kernel_x, int32_t stride_y, int32_t stride_x,
    int32_t pad_y, int32_t pad_x)
{
    int32_t oy, ox, ky, kx, c;
    memset(to, 0, sizeof *to * (size_t)(channels * out_height * out_width));
    for (oy = 0; oy < out_height; oy++)
    for (ox = 0; ox < out_width; ox++)
    for (ky = 0; ky < kernel_y; ky++)
    for (kx = 0; kx < kernel_x; kx++) {
        const int32_t y = oy * stride_y + ky - pad_y, x = ox * stride_x + kx - pad_x;
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        for (c = 0; c < channels; c++)
            to[(oy * out_width + ox) * channels + c] = (int16_t)(to[(oy * out_width + ox) * channels + c] + from[(y * width + x) * channels + c]);
    }
}
`;
