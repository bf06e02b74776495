using Benchmarks.DemandStudy;
using Benchmarks.Traces;
using Scheduling.Scaling;

namespace Azure.Tests.DemandStudy;

/// <summary>That the policies of the demand study do what it says of them.</summary>
public sealed class DemandStudyTests
{
    private const long Hour = 3600;
    private const long Deletes = 90;

    [Fact]
    public void The_autoscaler_asks_at_its_next_scan_and_removes_an_empty_node_ten_minutes_after_it_became_so()
    {
        var (world, _) = Run(new ClusterAutoscaler(mayEvict: true), 6 * Hour, Job(0, at: 5, Hour, gpus: 8));
        var machine = Assert.Single(world.Cloud.Machines);
        Assert.Equal(10, machine.AskedAt);
        Assert.Equal(machine.JoinsAt - 5, Assert.Single(world.Pool.Waits));
        Assert.InRange(machine.GoneAt!.Value - (machine.JoinsAt + Hour), 600 + Deletes, 610 + Deletes);
    }

    [Fact]
    public void The_autoscaler_removes_nothing_within_ten_minutes_of_a_purchase()
    {
        // Idle from the sixth minute on, and unneeded one minute later.
        var (world, _) = Run(new ClusterAutoscaler(mayEvict: false, unneeded: 60), 6 * Hour, Job(0, 0, 5 * Hour, 8), Job(1, 0, 1, 8));
        var machine = Assert.Single(world.Cloud.Machines, m => m.GoneAt < Hour);
        Assert.Equal(10, machine.AskedAt);
        Assert.True(machine.JoinsAt < 500);
        Assert.InRange(machine.GoneAt!.Value - Deletes, 611, 630);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_autoscaler_drains_a_node_less_than_half_used_whose_pods_fit_elsewhere_if_they_may_be_moved(bool mayEvict)
    {
        var (world, result) = Run(new ClusterAutoscaler(mayEvict), 6 * Hour, Job(0, 0, 5 * Hour, 5), Job(1, 0, 1800, 6), Job(2, 900, 4 * Hour, 2));
        Assert.Equal(2, world.Cloud.Machines.Count);
        Assert.Equal(mayEvict ? 1 : 0, world.Cloud.Machines.Count(m => m.GoneAt < 2 * Hour));
        Assert.Equal(mayEvict, result.Lost > 0);
    }

    [Fact]
    public void A_zone_that_has_none_is_given_up_after_a_quarter_of_an_hour_by_the_autoscaler_and_as_soon_as_it_says_so_by_the_planner()
    {
        var cloud = new DemandWorld([], Hour).Cloud;
        var at = Enumerable.Range(0, 100_000).Select(i => i * 10L).First(s => Enumerable.Range(0, 200).All(i => cloud.IsOut(0, s + (10 * i))));
        Assert.Equal((1, 900, 910), Asked(new ClusterAutoscaler(mayEvict: false)));
        Assert.Equal((1, 60, 70), Asked(new ClusterAutoscaler(mayEvict: false, hearsAfter: 0)));
        Assert.Equal((1, 60, 70), Asked(new PlannedCapacity(new ScalePolicy())));

        (int Set, long From, long To) Asked(ICapacityPolicy policy)
        {
            var machine = Run(policy, at + (3 * Hour), Job(0, at, Hour, 8)).World.Cloud.Machines[0];
            var after = (machine.AskedAt - at) / 10 * 10;
            return (machine.Set, Math.Min(after, after > 100 ? 900 : 60), Math.Max(after, after > 100 ? 910 : 70));
        }
    }

    [Fact]
    public void The_planner_buys_a_gangs_machines_as_it_comes_and_returns_them_when_they_have_been_idle_long_enough()
    {
        var (world, result) = Run(new PlannedCapacity(new ScalePolicy { IdleAfter = TimeSpan.FromMinutes(5) }), 6 * Hour, Job(0, at: 7, Hour, gpus: 8, workers: 3));
        Assert.Equal([7L, 7L, 7L], world.Cloud.Machines.Select(m => m.AskedAt));
        var end = world.Cloud.Machines.Max(m => m.JoinsAt) + Hour;
        Assert.All(world.Cloud.Machines, m => Assert.InRange(m.GoneAt!.Value - end, 300 + Deletes, 310 + Deletes));
        Assert.Equal(24, result.Used, 3);
    }

    [Fact]
    public void Capacity_that_is_enough_lets_nobody_wait_and_is_paid_to_the_end()
    {
        var (_, result) = Run(new FixedCapacity(4), 10 * Hour, Job(0, 0, Hour, 8, workers: 4));
        Assert.Equal((320, 32, 0), (result.Paid, result.Used, result.MeanWait));
    }

    [Fact]
    public void The_same_month_gives_the_same_figures_and_no_policy_loses_work_that_it_may_not_evict()
    {
        var jobs = DemandJob.Of(new TraceFiles().Load("venus_05_80n"), days: 2);
        foreach (var policy in (Func<ICapacityPolicy>[])[() => new PlannedCapacity(new ScalePolicy { Warm = [new WarmRule { Machines = 2 }] }), () => new ClusterAutoscaler(mayEvict: false)])
        {
            var first = new DemandWorld(jobs, 2 * DemandWorld.Day).Run(policy());
            Assert.Equal(first, new DemandWorld(jobs, 2 * DemandWorld.Day).Run(policy()));
            Assert.Equal(0, first.Lost);
            Assert.True(first.Used > 0 && first.Used < first.Paid);
        }
    }

    private static DemandJob Job(int number, long at, long seconds, int gpus, int workers = 1) => new(number, at, seconds, workers, gpus, "t");

    private static (DemandWorld World, DemandResult Result) Run(ICapacityPolicy policy, long seconds, params DemandJob[] jobs)
    {
        var world = new DemandWorld(jobs, seconds);
        return (world, world.Run(policy));
    }
}
