using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

/// <summary>Which machines nobody else may take.</summary>
public sealed class ScaleProtectionTests
{
    private static readonly DateTimeOffset s_now = ScaleStage.Noon;
    private readonly ScaleStage _stage = new();

    [Fact]
    public void Machines_with_work_and_those_that_are_kept_for_a_gang_are_protected_and_idle_ones_are_not()
    {
        _stage.Set("a").Gang("runs", 2).Plan();
        _stage.Join("a").Start("runs", "a").Gang("waits", 2).Plan();
        _stage.Appear("a").Plan();
        _stage.Join("a", 1);
        Assert.Equal(["0", "1", "2"], Wanted());
        _stage.End().Gone("waits");
        Assert.Empty(Wanted());
    }

    [Fact]
    public void A_protected_machine_stays_so_until_it_has_been_idle_for_long_and_one_that_is_to_go_is_not()
    {
        _stage.Set("a").Gang("runs", 2).Plan();
        _stage.Join("a").End();
        var set = _stage.Sets[0];
        set = set with { Instances = [.. set.Instances.Select(i => i with { IsProtected = true })] };
        Assert.Equal(["0", "1"], Wanted(set));
        _stage.Now += TimeSpan.FromMinutes(9);
        Assert.Equal(["0", "1"], Wanted(set));
        _stage.Now += TimeSpan.FromMinutes(2);
        Assert.Empty(Wanted(set));
        _stage.Busy("a", 0, 1);
        var removal = new ScaleSetRemoval { Instance = "0", Node = set.Instances[0].Node, Stage = RemovalStage.Draining, Reason = "" };
        Assert.Equal(["1"], Wanted(set with { State = set.State with { Removals = [removal] } }));
    }

    [Fact]
    public void Only_what_the_cloud_shows_otherwise_is_written_and_nothing_before_anybody_said_what_is_wanted()
    {
        var state = new ScaleSetState { Spec = new ScaleSetSpec { Id = "a", Pool = new PoolId("gpu"), Ceiling = 8 } };
        var seen = new ScaleSetReading { Capacity = 3, ETag = "e", Epoch = 1, IsUpdating = false, Instances = [Machine("0", true), Machine("1", false), Machine("2", true)] };
        Assert.Empty(ScaleProtection.Changes(state, seen));
        state = Assert.IsType<ScaleSetDecision.Change>(ScaleSetDecider.Protect(state, ["1", "0", "1"])).Next;
        Assert.Equal([("1", true), ("2", false)], ScaleProtection.Changes(state, seen));
        Assert.IsType<ScaleSetDecision.Nothing>(ScaleSetDecider.Protect(state, ["0", "1"]));
        state = Assert.IsType<ScaleSetDecision.Change>(ScaleSetDecider.Protect(state, [])).Next;
        Assert.Equal([("0", false), ("2", false)], ScaleProtection.Changes(state, seen));
        Assert.IsType<ScaleSetDecision.Refuse>(ScaleSetDecider.Protect(state, [.. Enumerable.Range(0, 2000).Select(i => $"{i}")]));
    }

    private ImmutableArray<string> Wanted(OfferedSet? set = null)
    {
        var scene = _stage.Scene();
        return ScaleProtection.Wanted(set ?? _stage.Sets[0], scene.Demand, scene.IdleSince, _stage.Policy.IdleAfter, _stage.Now);
    }

    private static ScaleSetInstance Machine(string id, bool isProtected) =>
        new() { Id = id, Node = new NodeId($"n{id}"), State = InstanceState.Running, CreatedAt = s_now, HasJoined = true, IsProtected = isProtected };
}
