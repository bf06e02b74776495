using System.Diagnostics;
using System.Text.Json.Nodes;
using Grains.Pools;
using Scheduling;
using Scheduling.Model;

namespace Cluster.Tests.Campaigns;

/// <summary>
/// One thing after another goes wrong under load. After each, how long it takes until a job that was submitted since is started in the sink; at the
/// end, whether every acknowledged job ran, once, and the sink accepted nothing that it should not have been told.
/// </summary>
internal sealed class Campaign(CampaignCluster cluster, Load load)
{
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(3);

    /// <summary>How long a cut or a freeze lasts: longer than any silo waits before it gives another one up.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(40);

    /// <summary>A clock that is ahead is believed by then.</summary>
    private static readonly TimeSpan Believed = SteadyClock.Doubt + TimeSpan.FromSeconds(10);

    /// <summary>From each fault to the first start of a job that was submitted after it.</summary>
    public List<(Fault Fault, TimeSpan NextStart)> Seen { get; } = [];

    public async Task Suffer(Fault fault)
    {
        await UntilStarted(Stopwatch.GetTimestamp());
        await Elapse(Warm);
        var silo = await cluster.SiloOfPool();
        var at = Stopwatch.GetTimestamp();
        switch (fault)
        {
            case Fault.KillSilo:
                await silo.Kill();
                at = Stopwatch.GetTimestamp();
                await Measure(fault, at);
                silo.Start();
                await silo.UntilReady();
                break;
            case Fault.KillGateway:
                var gateway = cluster.Gateways[0];
                await gateway.Kill();
                at = Stopwatch.GetTimestamp();
                await Measure(fault, at);
                gateway.Start();
                await gateway.UntilReady();
                break;
            case Fault.StopSilo:
                await silo.Signal("TERM");
                await Measure(fault, at);
                Assert.Equal(0, await silo.ExitCode(TimeSpan.FromMinutes(1)));
                silo.Start();
                await silo.UntilReady();
                break;
            case Fault.Freeze:
                await silo.Signal("STOP");
                await Measure(fault, at);
                Assert.Equal(0, await silo.Probe("/healthz/live"));
                await ElapseSince(at, Outage);
                await silo.Signal("CONT");
                await Replace(silo);
                break;
            case Fault.ClockJump:
                await Jump(silo, at);
                break;
            case Fault.ClockAheadAndKill:
                await KillWhileAhead(silo, at);
                break;
            case Fault.RestartDatabase:
                await cluster.Database.Kill();
                at = Stopwatch.GetTimestamp();
                await cluster.Database.Start();
                await Measure(fault, at);
                break;
            default:
                await Cut(fault, silo, at);
                break;
        }
    }

    /// <summary>Everything ends; then it is counted.</summary>
    public async Task<IReadOnlyList<string>> Settle()
    {
        await load.Pause();
        PoolView? seen = null;
        await SchedulerCluster.Until(
            async () => (seen = await View() ?? seen) is { RunningJobs: 0, PendingJobs: 0, PlacingJobs: 0 },
            () => $"all {load.Acknowledged.Count} jobs end; the pool has {seen?.RunningJobs} running, {seen?.PlacingJobs} being placed, {seen?.PendingJobs} waiting; "
                + $"{cluster.Sink.Living} live in the sink, which refused {cluster.Sink.Refused}");
        List<string> wrong = [.. cluster.Sink.Wrong];
        foreach (var ids in load.Acknowledged.GroupBy(a => a.Value).Where(g => g.Count() > 1))
        {
            wrong.Add($"{ids.Key} answers to {ids.Count()} keys");
        }

        var stored = await Stored();
        foreach (var (key, id) in load.Acknowledged)
        {
            if (!stored.TryGetValue(id, out var job))
            {
                wrong.Add($"{key} was acknowledged as {id} and is lost");
            }
            else if ((string)job["phase"]! != "Succeeded" || (int)job["attempt"]! != cluster.Sink.LastAttempt(id))
            {
                wrong.Add($"{key} ({id}) is {job["phase"]} in attempt {job["attempt"]}; the sink saw attempt {cluster.Sink.LastAttempt(id)}");
            }
        }

        wrong.AddRange(stored.Keys.Except(load.Acknowledged.Values).Select(id => $"{id} was acknowledged to nobody: it is doubled"));
        load.GoOn();
        return wrong;
    }

    private async Task Jump(Node silo, long at)
    {
        var clock = cluster.Clocks[cluster.NumberOf(silo)];
        clock.Set(TimeSpan.FromHours(1));
        await Elapse(Warm);
        await Measure(Fault.ClockJump, at);
        at = Stopwatch.GetTimestamp();
        clock.Set(TimeSpan.Zero);
        await Elapse(Warm);
        await Measure(Fault.ClockJump, at);
        Assert.False(silo.HasExited);
    }

    private async Task KillWhileAhead(Node silo, long at)
    {
        var clock = cluster.Clocks[cluster.NumberOf(silo)];
        clock.Set(TimeSpan.FromHours(1));
        await ElapseSince(at, Believed);
        await UntilStarted(Stopwatch.GetTimestamp());
        await silo.Kill();
        clock.Set(TimeSpan.Zero);
        await Measure(Fault.ClockAheadAndKill, Stopwatch.GetTimestamp());
        silo.Start();
        await silo.UntilReady();
    }

    private async Task Cut(Fault fault, Node silo, long at)
    {
        var sides = fault switch
        {
            Fault.CutFromPeers => Side.Peers,
            Fault.CutFromDatabase => Side.Database,
            _ => Side.Peers | Side.Database,
        };
        var number = cluster.NumberOf(silo);
        await cluster.Network!.Cut(number, sides);
        await Measure(fault, at);
        await ElapseSince(at, Outage);
        await cluster.Network.Heal(number, sides);
        await Replace(silo);
    }

    /// <summary>A silo that others took for dead ends by itself; as in any deployment it is started again.</summary>
    private static async Task Replace(Node silo)
    {
        await SchedulerCluster.Until(() => Task.FromResult(silo.HasExited), () => $"{silo.Name} finds out that it was replaced\n{silo.Output}");
        silo.Start();
        await silo.UntilReady();
    }

    private async Task Measure(Fault fault, long at) => Seen.Add((fault, await UntilStarted(at)));

    /// <summary>Until a job that was submitted after this is started.</summary>
    private async Task<TimeSpan> UntilStarted(long since)
    {
        long? first = null;
        await SchedulerCluster.Until(
            () =>
            {
                first = load.Since(since).Select(s => load.Acknowledged.TryGetValue(s.Key, out var id) ? cluster.Sink.StartedAt(id) : null).Min();
                return Task.FromResult(first is not null);
            },
            () => $"a job is started; of {load.Acknowledged.Count} acknowledged {cluster.Sink.Living} live in the sink; {load.Unanswered}");
        return Stopwatch.GetElapsedTime(since, first!.Value);
    }

    private async Task<PoolView?> View()
    {
        try
        {
            return await cluster.Client.GetGrain<IPoolGrain>(CampaignCluster.Pool).GetView();
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return null;
        }
    }

    private async Task<Dictionary<string, JsonNode>> Stored()
    {
        var all = new Dictionary<string, JsonNode>();
        for (string? next = "jobs?maxpagesize=1000"; next is not null;)
        {
            JsonNode? page = null;
            await SchedulerCluster.Until(async () => (page = await load.Get(next)) is not null, () => $"GET {next} is answered");
            foreach (var job in page!["value"]!.AsArray())
            {
                Assert.True(all.TryAdd((string)job!["id"]!, job), $"{job["id"]} is listed twice");
            }

            next = (string?)page["nextLink"] is { } link ? link[(link.IndexOf("/api/v1/", StringComparison.Ordinal) + "/api/v1/".Length)..] : null;
        }

        return all;
    }

    private static Task Elapse(TimeSpan span) => ElapseSince(Stopwatch.GetTimestamp(), span);

    /// <summary>A fault lasts, or load goes on, for a while: there is no event to wait for.</summary>
    private static Task ElapseSince(long at, TimeSpan span) =>
        SchedulerCluster.Until(() => Task.FromResult(Stopwatch.GetElapsedTime(at) >= span), () => "time passes");
}
