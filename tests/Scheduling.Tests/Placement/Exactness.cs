using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>The index against exact solvers on small random pools. The benchmarks link this file and hold the same figures.</summary>
internal static class Exactness
{
    /// <summary>
    /// A static set of mixed gangs, the largest placed first as the index places them, against the most GPUs that any choice and any placement
    /// of them could use (branch and bound). GPUs of all rounds, and the rounds in which none is missing.
    /// </summary>
    public static (long Used, long Most, int Optimal) Gpus(int rounds)
    {
        var random = new Random(20_261_122);
        long ours = 0, best = 0;
        var optimal = 0;
        for (var round = 0; round < rounds; round++)
        {
            var racks = Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, random.Next(1, 4)).Select(_ => 8).ToArray()).ToArray();
            var gangs = Enumerable.Range(0, random.Next(4, 8)).Select(_ => Draw(random)).OrderByDescending(g => g.Gpus * g.Workers).ThenByDescending(g => g.Gpus).ToArray();
            var index = TextPool.Parse(string.Join('\n', racks.Select((r, i) => $"b{i}/r{i} {string.Join(' ', r)}")));
            var capacity = index.Totals.FreeWholeGpus;
            foreach (var gang in gangs) _ = index.TryPlace(TextPool.Gang(gang.Workers, TextPool.Shape(gang.Gpus), gang.InRack ? TopologyLevel.Rack : TopologyLevel.None), new PlacementBuffer());
            var used = capacity - index.Totals.FreeWholeGpus;
            var most = new Exact(gangs, racks).Solve();
            if (used > most) throw new InvalidOperationException($"round {round}: {used} GPUs used, and the solver says {most} at most");
            ours += used;
            best += most;
            optimal += used == most ? 1 : 0;
        }

        return (ours, best, optimal);
    }

    /// <summary>Whole-node gangs against every subset of racks: the rounds in which fewer racks would have done, in words.</summary>
    public static IReadOnlyList<string> WrongRacks(int rounds)
    {
        var random = new Random(7);
        var wrong = new List<string>();
        for (var round = 0; round < rounds; round++)
        {
            var free = Enumerable.Range(0, random.Next(1, 11)).Select(_ => random.Next(0, 9)).ToArray();
            var blocks = random.Next(1, 4);
            var text = string.Join('\n', free.Select((f, r) => $"b{r % blocks}/r{r:D2} {string.Join(' ', Enumerable.Repeat("8", f).Concat(Enumerable.Repeat("0", 9 - f)))}"));
            var gang = random.Next(1, free.Sum() + 2);
            var level = random.Next(2) == 0 ? TopologyLevel.None : TopologyLevel.Block;
            var best = Enumerable.Range(1, (1 << free.Length) - 1)
                .Where(s => free.Where((_, r) => (s >> r & 1) != 0).Sum() >= gang)
                .Where(s => level == TopologyLevel.None || free.Select((_, r) => r).Where(r => (s >> r & 1) != 0).Select(r => r % blocks).Distinct().Count() == 1)
                .Select(s => BitOperations.PopCount((uint)s)).DefaultIfEmpty(0).Min();
            var answer = TextPool.Parse(text).TryPlace(TextPool.Gang(gang, TextPool.Shape(8), level));
            var used = answer is PlacementAnswer.Placed placed ? placed.Placement.Racks.Length : 0;
            if (best != used) wrong.Add($"{gang} nodes, {level}: {used} racks, {best} would do\n{text}");
        }

        return wrong;
    }

    private static (int Workers, int Gpus, bool InRack) Draw(Random random) => random.Next(4) switch
    {
        0 => (random.Next(1, 4), 8, random.Next(2) == 0),
        1 => (random.Next(1, 4), 4, random.Next(2) == 0),
        2 => (random.Next(1, 5), 2, random.Next(2) == 0),
        _ => (1, random.Next(1, 8), false),
    };

    /// <summary>Every gang in or out, every worker on every node; equal nodes of a rack once.</summary>
    private sealed class Exact((int Workers, int Gpus, bool InRack)[] gangs, int[][] racks)
    {
        private readonly int[] rest = [.. gangs.Select((_, i) => gangs.Skip(i).Sum(g => g.Workers * g.Gpus))];
        private int best;

        public int Solve()
        {
            Take(0, 0);
            return best;
        }

        private void Take(int gang, int used)
        {
            best = Math.Max(best, used);
            if (gang == gangs.Length || used + Math.Min(rest[gang], racks.Sum(r => r.Sum())) <= best) return;
            var (workers, _, inRack) = gangs[gang];
            if (inRack)
            {
                for (var r = 0; r < racks.Length; r++) Place(gang, workers, r, r + 1, used, 0, 0);
            }
            else
            {
                Place(gang, workers, 0, racks.Length, used, 0, 0);
            }

            Take(gang + 1, used);
        }

        /// <summary>The rest of a gang's workers on nodes from a place on: their order among each other is all the same.</summary>
        private void Place(int gang, int workers, int rack, int end, int used, int fromRack, int fromNode)
        {
            if (workers == 0)
            {
                Take(gang + 1, used + gangs[gang].Workers * gangs[gang].Gpus);
                return;
            }

            for (var r = Math.Max(rack, fromRack); r < end; r++)
            {
                var seen = new HashSet<int>();
                for (var n = r == fromRack ? fromNode : 0; n < racks[r].Length; n++)
                {
                    if (racks[r][n] < gangs[gang].Gpus || !seen.Add(racks[r][n])) continue;
                    racks[r][n] -= gangs[gang].Gpus;
                    Place(gang, workers - 1, rack, end, used, r, n);
                    racks[r][n] += gangs[gang].Gpus;
                }
            }
        }
    }
}
