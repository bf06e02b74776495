using System.Globalization;
using Silo.Tests.Support;

namespace Cluster.Tests.Campaigns;

/// <summary>Real processes, a real database, real failures. CAMPAIGNS=N runs N of them (build/campaigns.sh); by itself it is a short one.</summary>
public sealed class CampaignTests(PostgresServer database, ITestOutputHelper output)
{
    private const int FaultsEach = 2;
    private static readonly TimeSpan AfterKill = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterSilence = TimeSpan.FromSeconds(30);

    private static readonly Fault[] Partitions = [Fault.CutFromPeers, Fault.CutFromDatabase, Fault.CutFromBoth];

    /// <summary>The longest time to the next placement is printed; it counts against its aim in build/campaigns.sh, on a machine that does nothing else.</summary>
    [Fact(Explicit = true)]
    public async Task Nothing_is_lost_doubled_or_done_by_who_was_replaced_while_silos_networks_and_the_database_fail()
    {
        var campaigns = Number("CAMPAIGNS", 0);
        var seed = Number("CAMPAIGN_SEED", 1);
        await using var network = await Network.TryMake();
        if (network is null)
        {
            output.WriteLine("LEFT OUT: partitions. They take root and iproute2.");
        }

        List<(Fault Fault, TimeSpan NextStart)> seen = [];
        var given = Environment.GetEnvironmentVariable("CAMPAIGN_FAULTS") is { Length: > 0 } list ? list.Split(',').Select(Enum.Parse<Fault>).ToArray() : null;
        await using (var cluster = await CampaignCluster.Start(database, silos: 3, gateways: 2, network))
        await using (var load = new Load(cluster.Gateways.Select(g => g.Address), seed))
        {
            if (!cluster.ClocksCanBeSet)
            {
                Print("LEFT OUT: clocks that jump. They take a C compiler.");
            }

            for (var number = 0; number < Math.Max(1, campaigns); number++)
            {
                try
                {
                    var faults = given ?? (campaigns == 0 ? Short(network is not null) : [.. Drawn(seed + number, network is not null, cluster.ClocksCanBeSet)]);
                    seen.AddRange(await Run(new Campaign(cluster, load), faults, $"campaign {number + 1}"));
                }
                catch (Exception) when (TellOf(cluster))
                {
                    throw;
                }

                Print($"campaign {number + 1}: {load.Acknowledged.Count} jobs so far, 0 lost, 0 doubled; {cluster.Sink.Accepted} effects accepted, 0 of them stale, {cluster.Sink.Refused} refused");
            }
        }

        foreach (var of in seen.GroupBy(s => s.Fault).OrderBy(g => g.Key))
        {
            var times = of.Select(s => s.NextStart.TotalSeconds).Order().ToArray();
            Print($"{of.Key}: {times.Length} times, next placement after {times[times.Length / 2]:0.0} s (median), {times[^1]:0.0} s (longest)");
        }

        if (Number("CAMPAIGN_AIMS", 0) == 1)
        {
            Assert.All(seen, s => Assert.True(s.NextStart <= (s.Fault is Fault.KillSilo or Fault.StopSilo or Fault.ClockAheadAndKill ? AfterKill : AfterSilence), $"{s.Fault}: {s.NextStart}"));
        }
    }

    private async Task<List<(Fault Fault, TimeSpan NextStart)>> Run(Campaign campaign, IEnumerable<Fault> faults, string name)
    {
        foreach (var fault in faults)
        {
            await campaign.Suffer(fault);
            Print($"{name}: {fault}, next placement after {campaign.Seen[^1].NextStart.TotalSeconds:0.0} s");
        }

        Assert.Empty(await campaign.Settle());
        return campaign.Seen;
    }

    /// <summary>What every process printed last, when something is wrong.</summary>
    private bool TellOf(CampaignCluster cluster)
    {
        foreach (var node in cluster.Silos.Concat(cluster.Gateways))
        {
            output.WriteLine($"== {node.Name}\n{node.Output}");
        }

        return false;
    }

    private static Fault[] Short(bool networks) => networks ? [Fault.KillSilo, Fault.CutFromBoth] : [Fault.KillSilo, Fault.Freeze];

    /// <summary>Different ones.</summary>
    private static IEnumerable<Fault> Drawn(int seed, bool networks, bool clocks)
    {
        var random = new Random(seed);
        Fault[] all = [.. Enum.GetValues<Fault>().Where(f => (networks || !Partitions.Contains(f)) && (clocks || f is not (Fault.ClockJump or Fault.ClockAheadAndKill)))];
        var first = random.Next(all.Length);
        yield return all[first];
        for (var i = 1; i < FaultsEach; i++)
        {
            yield return all[(first + random.Next(1, all.Length)) % all.Length];
        }
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private void Print(string line)
    {
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage(line);
    }
}
