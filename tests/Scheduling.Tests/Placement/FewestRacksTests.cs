using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>Whole-node gangs against every subset of racks.</summary>
public sealed class FewestRacksTests
{
    [Fact]
    public void No_subset_of_racks_is_smaller_than_the_one_chosen() => Assert.Empty(Exactness.WrongRacks(Ops.Of(2_000)));

    [Fact]
    public void Of_a_hundred_blocks_the_one_that_needs_fewest_racks_is_found()
    {
        var random = new Random(8);
        for (var round = 0; round < Ops.Of(60); round++)
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
