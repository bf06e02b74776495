using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Millions of operations on one pool, each worker checked as it is placed against an owner per GPU.</summary>
public sealed class ConservationTests(ITestOutputHelper output)
{
    private static readonly int Operations = Ops.Of(1_000_000);
    private const int Racks = 24;
    private const int Nodes = 20;
    private const long Cpu = 96_000;
    private readonly int[] usedMilli = new int[Racks * 64 * 8];
    private readonly long[] usedCpu = new long[Racks * 64];

    [Fact]
    public void Nothing_is_given_twice_and_everything_comes_back()
    {
        const int seed = 20_261_122;
        output.WriteLine($"seed {seed}, {Operations} operations");
        var random = new Random(seed);
        var index = TextPool.Parse(string.Join('\n', Enumerable.Range(0, Racks).Select(r => $"b{r / 6}/{r:D2} {string.Join(' ', Enumerable.Repeat("8", Nodes))}")));
        var empty = index.Totals;
        GangRequest[] kinds =
        [
            .. new[] { 1, 2, 4, 16, 30, 64 }.Select(n => TextPool.Gang(n, TextPool.Shape(8, cpu: 96_000))),
            .. new[] { 1, 3, 8 }.Select(n => TextPool.Gang(n, TextPool.Shape(4, cpu: 24_000), TopologyLevel.Rack)),
            .. new[] { 1, 2, 5 }.Select(n => TextPool.Gang(n, TextPool.Shape(1, 50 * random.Next(1, 20), cpu: 1_000))),
            TextPool.Gang(1, TextPool.Shape(1, cpu: 14_000)), TextPool.Gang(1, TextPool.Shape(2, cpu: 20_000)), TextPool.Gang(2, TextPool.Shape(3), TopologyLevel.Node),
            TextPool.Gang(1, TextPool.Shape(0, cpu: 30_000)), TextPool.Gang(20, TextPool.Shape(8), TopologyLevel.Block),
        ];
        var live = new List<(PlacementBuffer Placed, GangRequest Request)>();
        var spare = new Stack<PlacementBuffer>();
        var placed = 0;
        for (var i = 0; i < Operations; i++)
        {
            // Swings between nearly empty and full.
            if (live.Count > 0 && random.Next(1000) < ((i >> 13 & 1) == 0 ? 450 : 550))
            {
                var at = random.Next(live.Count);
                Book(live[at].Placed, live[at].Request, -1);
                index.Release(live[at].Placed);
                spare.Push(live[at].Placed);
                live[at] = live[^1];
                live.RemoveAt(live.Count - 1);
                continue;
            }

            var request = kinds[random.Next(kinds.Length)];
            var buffer = spare.Count > 0 ? spare.Pop() : new PlacementBuffer();
            if (!index.TryPlace(request, buffer))
            {
                spare.Push(buffer);
                continue;
            }

            placed++;
            Assert.Equal(request.TotalWorkers, buffer.WorkerCount);
            Book(buffer, request, 1);
            live.Add((buffer, request));
            if (i % 4096 == 0) CheckTotals(index);
        }

        CheckTotals(index);
        foreach (var (buffer, _) in live) index.Release(buffer);
        Assert.Equal(empty, index.Totals);
        Assert.True(placed > Operations / 5);
    }

    private void CheckTotals(PlacementIndex index)
    {
        Assert.Equal(Racks * Nodes * 8000L - usedMilli.Sum(m => (long)m), index.Totals.FreeGpuMilli);
        Assert.Equal(Racks * Nodes * Cpu - usedCpu.Sum(), index.Totals.FreeCpuMilli);
        Assert.Equal(index.Totals.FreeGpuMilli, index.Racks.Sum(r => r.FreeGpuMilli));
    }

    private void Book(PlacementBuffer placed, GangRequest request, int sign)
    {
        for (var s = 0; s < placed.SliceCount; s++)
        {
            var rack = int.Parse(placed.RackOf(s).Value.AsSpan("pool/".Length), System.Globalization.CultureInfo.InvariantCulture);
            foreach (var w in placed.WorkersOf(s))
            {
                var node = rack * 64 + w.Slot;
                usedCpu[node] += sign * request.Roles[w.Role].Shape.CpuMilli;
                if (usedCpu[node] is < 0 or > Cpu) Assert.Fail($"CPU of node {node} is {usedCpu[node]}");
                for (var rest = w.Gpus; rest != 0; rest &= rest - 1)
                {
                    ref var milli = ref usedMilli[node * 8 + BitOperations.TrailingZeroCount(rest)];
                    milli += sign * w.GpuMilli;
                    if (milli is < 0 or > 1000) Assert.Fail($"a GPU of node {node} has {milli}");
                }
            }
        }
    }
}
