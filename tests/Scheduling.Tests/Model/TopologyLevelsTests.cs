using Scheduling.Model;

namespace Scheduling.Tests.Model;

public sealed class TopologyLevelsTests
{
    [Fact]
    public void Levels_are_listed_from_the_tightest_and_each_is_tighter_than_those_after_it()
    {
        var levels = TopologyLevels.FromTightest;
        Assert.Equal([TopologyLevel.Node, TopologyLevel.NvlinkDomain, TopologyLevel.Rack, TopologyLevel.Block, TopologyLevel.None], levels);
        for (var i = 0; i < levels.Count; i++)
        {
            for (var k = 0; k < levels.Count; k++)
            {
                Assert.Equal(i < k, levels[i].IsTighterThan(levels[k]));
                Assert.Equal(levels[Math.Min(i, k)], TopologyLevels.Tighter(levels[i], levels[k]));
            }
        }
    }
}
