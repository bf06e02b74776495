namespace Benchmarks.Placement;

/// <summary>The same sequences of work for every contender; nanoseconds of thread CPU per place + release, the least of several batches.</summary>
internal static class Drivers
{
    private const long WarmUp = 500_000_000;

    /// <summary>Gangs of one size, some in flight, the oldest given back for each new one.</summary>
    public static double OneSize(IContender index, int workers, int nodes, int batches, int opsPerBatch)
    {
        var inFlight = Math.Clamp(nodes / workers / 2, 1, 64);
        for (var i = 0; i < inFlight; i++) Must(index.Place(i, workers, 8));
        var at = 0;
        return Least(batches, opsPerBatch, () =>
        {
            for (var i = 0; i < opsPerBatch; i++)
            {
                index.Release(at);
                Must(index.Place(at, workers, 8));
                if (++at == inFlight) at = 0;
            }

            return opsPerBatch;
        });
    }

    /// <summary>Whole-node gangs of 1, 2, 4 … 1,024 nodes with equal chance, 94 % of the pool full: random gangs leave until the next fits under it.</summary>
    public static double Mixed(IContender index, int nodes, int batches, int opsPerBatch)
    {
        var random = new Random(42);
        var most = Math.Min(10, (int)Math.Log2(nodes * 0.94 / 4));
        return Churn(index, random, () => (1 << random.Next(most + 1), 8), (long)(nodes * 0.94) * 8, nodes / 8, batches, opsPerBatch);
    }

    /// <summary>Single workers of 1, 2 and 4 GPUs, 94 % of the GPUs taken.</summary>
    public static double SubNode(IContender index, int nodes, int batches, int opsPerBatch)
    {
        var random = new Random(42);
        return Churn(index, random, () => (1, 1 << random.Next(3)), (long)(nodes * 8 * 0.94), nodes * 8, batches, opsPerBatch);
    }

    /// <summary>One action over and over.</summary>
    public static double Repeat(int batches, int opsPerBatch, Action action) => Least(batches, opsPerBatch, () =>
    {
        for (var i = 0; i < opsPerBatch; i++) action();
        return opsPerBatch;
    });

    private static double Churn(IContender index, Random random, Func<(int Workers, int Gpus)> draw, long limit, int gangs, int batches, int opsPerBatch)
    {
        var numbers = new List<(int Gang, int Gpus)>(gangs);
        var unused = new Stack<int>(Enumerable.Range(0, gangs + 4096).Reverse());
        long used = 0;
        // Drawn beforehand: the driver's own work stays out of the measurement as far as it can.
        var sizes = Enumerable.Range(0, 1 << 16).Select(_ => draw()).ToArray();
        var picks = Enumerable.Range(0, 1 << 16).Select(_ => random.NextDouble()).ToArray();
        int size = 0, pick = 0;
        int Steps(int ops)
        {
            var placed = 0;
            for (var i = 0; i < ops; i++)
            {
                var (workers, gpus) = sizes[size++ & 0xFFFF];
                while (used + (long)workers * gpus > limit)
                {
                    var at = (int)(picks[pick++ & 0xFFFF] * numbers.Count);
                    var (gang, held) = numbers[at];
                    numbers[at] = numbers[^1];
                    numbers.RemoveAt(numbers.Count - 1);
                    index.Release(gang);
                    unused.Push(gang);
                    used -= held;
                }

                var number = unused.Peek();
                if (!index.Place(number, workers, gpus)) continue;
                unused.Pop();
                numbers.Add((number, workers * gpus));
                used += (long)workers * gpus;
                placed++;
            }

            return placed;
        }

        // Fills the pool and lets it grow old.
        Steps(opsPerBatch / 2 + numbers.Capacity * 2);
        return Least(batches, opsPerBatch, () => Steps(opsPerBatch));
    }

    private static double Least(int batches, int ops, Func<int> batch)
    {
        // Long enough for the JIT's background tiers to settle.
        for (var begin = ThreadClock.Now(); ThreadClock.Now() - begin < WarmUp;) batch();
        var least = double.MaxValue;
        for (var i = 0; i < batches; i++)
        {
            var start = ThreadClock.Now();
            var done = batch();
            least = Math.Min(least, (ThreadClock.Now() - start) / (double)done);
        }

        return least;
    }

    private static void Must(bool placed)
    {
        if (!placed) throw new InvalidOperationException("did not fit");
    }
}
