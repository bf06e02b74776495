using Scheduling.Model;
using Scheduling.Preemption;

namespace Scheduling.Tests.Preemption;

public sealed class EvictionCostTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_price_is_the_work_since_the_last_checkpoint_and_the_restart_on_all_gpus()
    {
        var victim = Of(gpus: 16, started: 600) with { LastCheckpointAt = Now.AddSeconds(-120), RestartCost = TimeSpan.FromSeconds(60) };
        Assert.Equal(16_000 * (120 + 60), EvictionCost.Of(victim, Now, EvictionPricing.Default));
    }

    [Fact]
    public void Work_older_than_the_cap_counts_no_further()
    {
        var victim = Of(gpus: 1, started: 90_000) with { LastCheckpointAt = Now.AddSeconds(-80_000), RestartCost = TimeSpan.Zero };
        Assert.Equal(1000 * 1800, EvictionCost.Of(victim, Now, EvictionPricing.Default));
    }

    [Fact]
    public void A_restart_is_not_believed_to_take_longer_than_the_limit()
    {
        var victim = Of(gpus: 1, started: 100) with { RestartCost = TimeSpan.FromHours(9) };
        Assert.Equal(1000 * 900, EvictionCost.Of(victim, Now, EvictionPricing.Default));
    }

    [Fact]
    public void An_opportunistic_worker_costs_less_than_any_restart_and_what_is_stopping_costs_nothing()
    {
        var victim = Of(gpus: 2, started: 5000) with { LastCheckpointAt = Now.AddSeconds(-1000) };
        Assert.Equal(2000 * 30, EvictionCost.Of(victim with { IsOpportunistic = true }, Now, EvictionPricing.Default));
        Assert.Equal(2000 * 7, EvictionCost.Of(victim with { IsOpportunistic = true, RestartCost = TimeSpan.FromSeconds(7) }, Now, EvictionPricing.Default));
        Assert.Equal(0, EvictionCost.Of(victim with { IsStopping = true }, Now, EvictionPricing.Default));
    }

    [Fact]
    public void Workers_without_gpus_are_not_free_to_evict()
    {
        var victim = Of(gpus: 0, started: 100);
        Assert.True(EvictionCost.Of(victim, Now, EvictionPricing.Default) > 0);
    }

    [Fact]
    public void A_job_never_gets_safer_by_hiding_its_checkpoints()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var started = random.Next(0, 200_000);
            // Any truth: saved at some time since the start, or not at all, which is work lost since the start. Clocks may be wrong, too.
            var truth = random.Next(4) == 0 ? started : random.Next(-100, started + 1);
            var honest = Of(gpus: random.Next(0, 9), started) with
            {
                LastCheckpointAt = Now.AddSeconds(-truth),
                IsOpportunistic = random.Next(5) == 0,
                RestartCost = random.Next(3) == 0 ? null : TimeSpan.FromSeconds(random.Next(0, 2000)),
            };
            var pricing = new EvictionPricing { CheckpointCap = TimeSpan.FromSeconds(random.Next(0, 10_000)), RestartCost = TimeSpan.FromSeconds(random.Next(0, 600)) };
            Assert.True(EvictionCost.Of(honest with { LastCheckpointAt = null }, Now, pricing) <= EvictionCost.Of(honest, Now, pricing), $"{honest}");
        }
    }

    private static Victim Of(int gpus, int started) => new()
    {
        Attempt = new AttemptId(new JobId("v"), 1),
        Placement = new GangPlacement { Racks = [] },
        Roles = [new RoleSpec { Name = "w", Count = 1, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1, Gpus = gpus } }],
        StartedAt = Now.AddSeconds(-started),
    };
}
