using System.Globalization;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>
/// kill -9 at random moments under load of every kind, restart on the same data, and nothing acknowledged is lost, doubled or overlapping.
/// build/chaos.sh runs the same for longer.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private static readonly string[] s_options =
    [
        "--Pools:Policy:MinRuntime=00:00:00", "--Hollow:CheckpointTime=00:00:01", "--Hollow:Reconcile:NodesEvery=00:00:02",
    ];

    private readonly KillSettings _settings = new();
    private readonly List<TimeSpan> _recoveries = [];
    private int _frozen;

    [Fact]
    public async Task Kill_9_at_random_moments_under_load_of_every_kind_loses_and_doubles_nothing()
    {
        output.WriteLine($"seed {_settings.Seed} (E2E_SEED={_settings.Seed} repeats the choice of jobs and moments)");
        var random = new Random(_settings.Seed);
        using var scratch = new ScratchFolder();
        var inventory = scratch.EveryNthNode(20);
        var address = GatewayProcess.FreeAddress();
        using var acknowledged = new AckLog(Path.Combine(scratch.Path, "acknowledged"));
        var workload = new Workload(_settings.Seed, random, _settings.Jobs);
        var kills = 0;
        var storm = new Storm(address, acknowledged, workload.Jobs, _settings.Seed, _settings.Limit)
        {
            Allowed = () => Share(Volatile.Read(ref kills) + 1),
        };
        var operators = new Operators(address, inventory, storm, new Random(_settings.Seed + 1));
        var gateway = await GatewayProcess.Start(address, scratch.Data, inventory, s_options);
        try
        {
            using var calm = new CancellationTokenSource();
            var replay = storm.Run(clients: 8, pause: TimeSpan.FromMilliseconds(10));
            var changes = operators.Run(TimeSpan.FromMilliseconds(40), calm.Token);
            while (Volatile.Read(ref kills) < _settings.Kills)
            {
                await Task.WhenAny(replay, Moment(storm, random, kills));
                gateway = await KillAndStart(gateway, random, address, scratch.Data, inventory);
                Interlocked.Increment(ref kills);
                output.WriteLine($"kill {kills} after {storm.Acknowledged} acknowledgements, ready after {_recoveries[^1].TotalSeconds:0.0} s");
            }

            await replay;
            await calm.CancelAsync();
            await changes;
            using var api = new Api(address);
            var verdict = new Verdict(api, _settings.Rest, output.WriteLine);
            await verdict.Judge(workload, acknowledged.Read(), storm, operators, random);
            Tell(Summary(kills, storm, operators, verdict));
            verdict.AssertClean();
        }
        catch (Exception)
        {
            output.WriteLine(gateway.Output);
            throw;
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    /// <summary>So many jobs may be acknowledged in the first so many lives: all of them when the last one begins.</summary>
    private int Share(int lives) => lives > _settings.Kills ? int.MaxValue : (int)((long)_settings.Jobs * lives / (_settings.Kills + 1));

    /// <summary>Somewhere in what this life may acknowledge, or a little after.</summary>
    private async Task Moment(Storm storm, Random random, int kills)
    {
        var target = random.Next(Share(kills), Share(kills + 1));
        var patience = TimeProvider.System.GetTimestamp();
        while (storm.Acknowledged < target && TimeProvider.System.GetElapsedTime(patience) < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await Task.Delay(random.Next(400), TestContext.Current.CancellationToken);
    }

    /// <summary>Now and then it stands still before it dies, or dies again while it starts.</summary>
    private async Task<GatewayProcess> KillAndStart(GatewayProcess gateway, Random random, Uri address, string data, string inventory)
    {
        if (random.Next(5) == 0)
        {
            await gateway.Freeze(TimeSpan.FromMilliseconds(random.Next(200, 3000)));
            _frozen++;
        }

        await gateway.Kill();
        await gateway.DisposeAsync();
        if (random.Next(8) == 0)
        {
            await using var stillborn = GatewayProcess.Launch(address, data, inventory, s_options);
            await Task.Delay(random.Next(1500), TestContext.Current.CancellationToken);
            await stillborn.Kill();
        }

        var next = GatewayProcess.Launch(address, data, inventory, s_options);
        try
        {
            await next.UntilReady();
        }
        catch (Exception)
        {
            output.WriteLine(next.Output);
            await next.DisposeAsync();
            throw;
        }

        _recoveries.Add(next.ReadyAfter);
        return next;
    }

    private string Summary(int kills, Storm storm, Operators operators, Verdict verdict)
    {
        var ready = _recoveries.Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"kills {kills}, frozen {_frozen}, jobs acknowledged {storm.Acknowledged}, parts {verdict.Parts}, sent again without an answer {storm.Repeated}, sent twice {storm.SentTwice}, "
            + $"cancellations {operators.Cancelled.Count}, changes by operators {operators.Changes}, evictions {verdict.Evictions}, "
            + $"ready after p50 {ready[ready.Count / 2].TotalSeconds:0.00} s p99 {ready[(ready.Count * 99) / 100].TotalSeconds:0.00} s, "
            + $"lost {verdict.Lost}, doubled {verdict.Doubled}, other faults {verdict.Faults.Count}, seed {_settings.Seed}");
    }

    private void Tell(string summary)
    {
        output.WriteLine(summary);
        if (_settings.Summary is { } file)
        {
            File.WriteAllText(file, summary + "\n");
        }
    }
}
