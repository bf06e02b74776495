using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Tests.Placement;

/// <summary>What a trial does is gone when it ends.</summary>
public sealed class PlacementTrialTests
{
    private const string Pool = """
        b0/r0 8 8 8 8
        b1/r1 8 8 5 0
        """;

    [Fact]
    public void A_trial_shows_what_an_eviction_would_make_room_for_and_leaves_nothing_behind()
    {
        var index = TextPool.Parse(Pool);
        var six = TextPool.Gang(6, TextPool.Shape(8));
        var victim = TextPool.Gang(2, TextPool.Shape(8));
        var victimPlace = Placed(index.TryPlace(victim));
        var (totals, racks) = (index.Totals, index.Racks.ToList());
        using (var trial = index.BeginTrial())
        {
            Assert.False(trial.Fits(six));
            trial.Release(victimPlace, victim.Roles);
            Assert.True(index.CouldFitNow(six));
            Assert.True(trial.Fits(six));
            var mark = trial.Mark;
            Assert.Equal(6, trial.TryPlace(six)!.TotalWorkers);
            Assert.False(trial.TryTake(victimPlace, victim.Roles));
            Assert.Null(trial.TryPlace(six));
            trial.UndoTo(mark);
            Assert.True(trial.TryTake(victimPlace, victim.Roles));
            Assert.False(trial.Fits(six));
        }

        Assert.Equal(totals, index.Totals);
        Assert.Equal(racks, index.Racks);
        Assert.False(index.Fits(six));
        Assert.True(index.CouldFitEmpty(six));
        Assert.False(index.CouldFitEmpty(TextPool.Gang(9, TextPool.Shape(8))));
    }

    [Fact]
    public void A_kept_trial_stays()
    {
        var index = TextPool.Parse(Pool);
        var gang = TextPool.Gang(3, TextPool.Shape(8));
        using (var trial = index.BeginTrial())
        {
            Assert.NotNull(trial.TryPlace(gang));
            trial.Keep();
        }

        Assert.Equal(53 - 24, index.Totals.FreeWholeGpus);
    }

    [Fact]
    public void Nothing_else_changes_the_index_while_a_trial_is_open()
    {
        var index = TextPool.Parse(Pool);
        var gang = TextPool.Gang(1, TextPool.Shape(8));
        var placed = Placed(index.TryPlace(gang));
        using (index.BeginTrial())
        {
            Assert.Throws<InvalidOperationException>(() => index.TryPlace(gang));
            Assert.Throws<InvalidOperationException>(() => index.Release(placed, gang.Roles));
            Assert.Throws<InvalidOperationException>(() => index.SetSchedulable(new RackId("pool/r0"), 0));
            Assert.Throws<InvalidOperationException>(() => index.RemoveRack(new RackId("pool/r0")));
            Assert.Throws<InvalidOperationException>(() => index.BeginTrial());
            var rack = TextPool.Views("b0/r0 8 8 8 8").Single();
            Assert.Throws<InvalidOperationException>(() => index.SetRack(rack));
            Assert.Throws<InvalidOperationException>(() => index.Take(placed, gang.Roles));
            Assert.Throws<InvalidOperationException>(() => index.TryPlace(gang, new PlacementBuffer()));
            Assert.Throws<InvalidOperationException>(() => index.Release(new PlacementBuffer()));
            Assert.Throws<InvalidOperationException>(() => index.Release(placed.Racks[0].Rack, placed.Racks[0].Workers.AsSpan(), gang.Roles[0].Shape));
            Assert.Throws<InvalidOperationException>(() => index.TakeSlice(placed.Racks[0], [gang.Roles[0].Shape]));
            Assert.Throws<InvalidOperationException>(() => index.ReleaseSlice(placed.Racks[0], [gang.Roles[0].Shape]));
        }

        index.Release(placed, gang.Roles);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_random_trial_is_as_if_it_had_never_been(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Ops.Of(150); round++)
        {
            var make = new RandomPool(random);
            var index = new PlacementIndex();
            foreach (var rack in make.Racks()) index.SetRack(new RackView { Spec = rack, Schedulable = ulong.MaxValue, Allocations = [], Version = 1, Epoch = 1 });
            var live = new List<(GangPlacement Placement, GangRequest Request)>();
            for (var i = 0; i < 30; i++)
            {
                var request = make.Request(2);
                if (index.TryPlace(request) is PlacementAnswer.Placed p) live.Add((p.Placement, request));
            }

            var probes = Enumerable.Range(0, 8).Select(_ => make.Request(2)).ToList();
            var before = State(index, probes);
            using (var trial = index.BeginTrial())
            {
                for (var i = 0; i < 20; i++)
                {
                    var victim = live.Count == 0 ? default : live[random.Next(live.Count)];
                    switch (random.Next(4))
                    {
                        case 0 when victim.Placement is not null:
                            trial.Release(victim.Placement, victim.Request.Roles);
                            live.Remove(victim);
                            break;
                        case 1 when victim.Placement is not null: _ = trial.TryTake(victim.Placement, victim.Request.Roles); break;
                        case 2: _ = trial.TryPlace(make.Request(2)); break;
                        default: Assert.All(probes, p => Assert.Equal(trial.Fits(p), index.Fits(p))); break;
                    }
                }
            }

            Assert.Equal(before, State(index, probes));
        }
    }

    private static string State(PlacementIndex index, List<GangRequest> probes) =>
        $"{index.Totals} {string.Join(' ', index.Racks)} {string.Join(' ', probes.Select(index.Fits))} {string.Join(' ', probes.Select(p => index.Diagnose(p).Message))}";

    private static GangPlacement Placed(PlacementAnswer answer) => Assert.IsType<PlacementAnswer.Placed>(answer).Placement;
}
