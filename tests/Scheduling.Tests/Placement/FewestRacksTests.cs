using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Whole-node gangs against every subset of racks.</summary>
public sealed class FewestRacksTests
{
    [Fact]
    public void No_subset_of_racks_is_smaller_than_the_one_chosen()
    {
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
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
            Assert.True(best == used, $"{gang} nodes, {level}: {used} racks, {best} would do\n{text}");
        }
    }

    [Fact]
    public void Of_a_hundred_blocks_the_one_that_needs_fewest_racks_is_found()
    {
        var random = new Random(8);
        for (var round = 0; round < 60; round++)
        {
            var free = Enumerable.Range(0, 400).Select(_ => random.Next(0, 9)).ToArray();
            var index = TextPool.Parse(string.Join('\n', free.Select((f, r) => $"b{r / 4:D2}/r{r:D3} {string.Join(' ', Enumerable.Repeat("8", f).Concat(Enumerable.Repeat("0", 9 - f)))}")));
            var gang = random.Next(9, 33);
            var best = free.Chunk(4).Where(b => b.Sum() >= gang).Select(b => FewestOf(b, gang)).DefaultIfEmpty(0).Min();
            var used = index.TryPlace(TextPool.Gang(gang, TextPool.Shape(8), TopologyLevel.Block)) is PlacementAnswer.Placed placed ? placed.Placement.Racks.Length : 0;
            Assert.Equal(best, used);
        }
    }

    private static int FewestOf(int[] free, int gang)
    {
        var racks = 0;
        foreach (var f in free.OrderDescending().TakeWhile(_ => gang > 0)) (gang, racks) = (gang - f, racks + 1);
        return racks;
    }
}
