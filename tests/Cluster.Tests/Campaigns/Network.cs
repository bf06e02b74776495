using System.Globalization;

namespace Cluster.Tests.Campaigns;

/// <summary>
/// Two networks of this machine's kernel, one between silos and one to the database, and a network namespace for each silo with a leg in both. A leg that
/// is taken out of its bridge is a cable that was pulled: what is sent vanishes, and nobody is told.
/// </summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"os{Environment.ProcessId % 100_000}");
    private readonly int _subnet = 64 + (Environment.ProcessId % 128);
    private readonly List<string> _spaces = [];

    /// <summary>This machine's own address between silos.</summary>
    public string Here => $"10.{_subnet}.0.254";

    /// <summary>This machine's own address in the network of the database.</summary>
    public string Database => $"10.{_subnet}.1.254";

    /// <summary>Null where such networks cannot be made: it takes root and iproute2.</summary>
    public static async Task<Network?> TryMake()
    {
        await SweepLeftovers();
        var network = new Network();
        if (!Environment.IsPrivilegedProcess || !await Shell.Try("ip", "link", "add", network.Bridge(0), "type", "bridge"))
        {
            return null;
        }

        await Shell.Do("ip", "link", "add", network.Bridge(1), "type", "bridge");
        foreach (var (bridge, address) in new[] { (network.Bridge(0), network.Here), (network.Bridge(1), network.Database) })
        {
            await Shell.Do("ip", "addr", "add", $"{address}/24", "dev", bridge);
            await Shell.Do("ip", "link", "set", bridge, "up");
        }

        return network;
    }

    public string Space(int silo) => $"{_name}s{silo}";

    public string Address(int silo) => $"10.{_subnet}.0.{silo + 1}";

    public async Task AddSpace(int silo)
    {
        var space = Space(silo);
        await Shell.Do("ip", "netns", "add", space);
        _spaces.Add(space);
        await Shell.Do("ip", "-n", space, "link", "set", "lo", "up");
        for (var side = 0; side < 2; side++)
        {
            await Shell.Do("ip", "link", "add", Leg(silo, side), "type", "veth", "peer", "name", $"eth{side}", "netns", space);
            await Shell.Do("ip", "-n", space, "addr", "add", $"10.{_subnet}.{side}.{silo + 1}/24", "dev", $"eth{side}");
            await Shell.Do("ip", "-n", space, "link", "set", $"eth{side}", "up");
            await Shell.Do("ip", "link", "set", Leg(silo, side), "master", Bridge(side), "up");
        }
    }

    public async Task Cut(int silo, Side sides)
    {
        foreach (var side in Sides(sides))
        {
            await Shell.Do("ip", "link", "set", Leg(silo, side), "nomaster");
        }
    }

    public async Task Heal(int silo, Side sides)
    {
        foreach (var side in Sides(sides))
        {
            await Shell.Do("ip", "link", "set", Leg(silo, side), "master", Bridge(side));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var space in _spaces)
        {
            await Shell.Try("ip", "netns", "delete", space);
        }

        await Shell.Try("ip", "link", "delete", Bridge(0));
        await Shell.Try("ip", "link", "delete", Bridge(1));
    }

    /// <summary>What a run left that was killed, with its processes.</summary>
    private static async Task SweepLeftovers()
    {
        const string kept = "/run/netns";
        foreach (var space in Directory.Exists(kept) ? Directory.GetFiles(kept, "os*s*").Select(f => Path.GetFileName(f)!) : [])
        {
            var (owner, pids) = (space[2..space.LastIndexOf('s')], await Shell.Read("ip", "netns", "pids", space));
            if (!int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out _) || Directory.Exists($"/proc/{owner}"))
            {
                continue;
            }

            foreach (var pid in pids.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await Shell.Try("kill", "-KILL", pid);
            }

            await Shell.Try("ip", "netns", "delete", space);
            await Shell.Try("ip", "link", "delete", $"os{owner}b0");
            await Shell.Try("ip", "link", "delete", $"os{owner}b1");
        }
    }

    private static IEnumerable<int> Sides(Side sides) => new[] { Side.Peers, Side.Database }.Where(s => sides.HasFlag(s)).Select(s => s == Side.Peers ? 0 : 1);

    private string Bridge(int side) => $"{_name}b{side}";

    private string Leg(int silo, int side) => $"{_name}v{silo}{side}";
}

[Flags]
internal enum Side
{
    Peers = 1,
    Database = 2,
}
