using System.Collections.Concurrent;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Users and operators who change their minds while the server is killed under them: jobs are cancelled, services scaled, nodes drained and given
/// back, and machines vanish from the inventory and return. Only what was acknowledged is held against the end.
/// </summary>
internal sealed class Operators(Uri address, string inventory, Storm storm, Random random)
{
    private const int MostDrained = 6;
    private const int MostRemoved = 3;
    private readonly string[] _lines = File.ReadAllLines(inventory);
    private readonly Dictionary<string, string> _removed = [];
    private readonly HashSet<string> _unsure = [];

    /// <summary>Jobs whose cancellation was acknowledged.</summary>
    public ConcurrentDictionary<string, byte> Cancelled { get; } = new();

    /// <summary>Jobs that somebody tried to cancel.</summary>
    public ConcurrentDictionary<string, byte> CancelTried { get; } = new();

    /// <summary>Nodes whose drain was acknowledged, and that nobody has touched since.</summary>
    public HashSet<string> Drained { get; } = [];

    /// <summary>The size of services, as acknowledged last.</summary>
    public Dictionary<string, int> Replicas { get; } = [];

    public int Changes { get; private set; }

    public async Task Run(TimeSpan pause, CancellationToken stop)
    {
        using var api = new Api(address);
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var change = random.Next(10) switch
            {
                < 5 => Cancel(api),
                < 7 => Scale(api),
                < 9 => DrainOrGiveBack(api),
                _ => ChangeInventory(),
            };
            await change;
        }
    }

    /// <summary>All machines are there and take work.</summary>
    public async Task RestoreAll(Api api)
    {
        _removed.Clear();
        WriteInventory();
        foreach (var node in Drained.Union(_unsure).ToList())
        {
            await Eventually.True(async () => await Asked(() => api.Act($"nodes/{node}:uncordon", """{ "reason": "the end" }""")) is 200 or 409, TimeSpan.FromMinutes(2), $"{node} is uncordoned");
        }
    }

    private async Task Cancel(Api api)
    {
        if (Draw(storm.Known, k => k.Kind != "service") is not { Id: { } id })
        {
            return;
        }

        CancelTried.TryAdd(id, 0);
        if (await Asked(() => api.Act($"jobs/{id}:cancel", null)) is 200)
        {
            Cancelled.TryAdd(id, 0);
        }
    }

    private async Task Scale(Api api)
    {
        if (Draw(storm.Known, k => k.Kind == "service") is not { Id: { } id })
        {
            return;
        }

        var wanted = random.Next(1, 4);
        Replicas.Remove(id);
        if (await Asked(() => api.Put($"jobs/{id}/replicas", $$"""{ "replicas": {{wanted}} }""")) is 200)
        {
            Replicas[id] = wanted;
        }
    }

    private async Task DrainOrGiveBack(Api api)
    {
        var give = Drained.Count > 0 && (Drained.Count >= MostDrained || random.Next(2) == 0);
        var node = give ? Drained.Order(StringComparer.Ordinal).ElementAt(random.Next(Drained.Count)) : NameOf(_lines[random.Next(1, _lines.Length)]);
        if (_removed.ContainsKey(node))
        {
            return;
        }

        Drained.Remove(node);
        _unsure.Add(node);
        var status = await Asked(() => api.Act($"nodes/{node}:{(give ? "uncordon" : "drain")}", """{ "reason": "campaign" }"""));
        if (status == 200)
        {
            _unsure.Remove(node);
            _ = !give && Drained.Add(node);
        }
    }

    private Task ChangeInventory()
    {
        var line = _lines[random.Next(1, _lines.Length)];
        var node = NameOf(line);
        if (_removed.Count >= MostRemoved)
        {
            _removed.Remove(_removed.Keys.Order(StringComparer.Ordinal).First());
        }
        else if (!Drained.Contains(node) && !_unsure.Contains(node))
        {
            _removed[node] = line;
        }

        Changes++;
        WriteInventory();
        return Task.CompletedTask;
    }

    /// <summary>As a whole, or a reader would see half of it.</summary>
    private void WriteInventory()
    {
        var next = inventory + ".next";
        File.WriteAllLines(next, _lines.Where(l => !_removed.ContainsKey(NameOf(l))));
        File.Move(next, inventory, overwrite: true);
    }

    private static string NameOf(string line) => line[..line.IndexOf(',', StringComparison.Ordinal)];

    private (string Key, string Id, string Kind) Draw(IReadOnlyCollection<(string Key, string Id, string Kind)> known, Func<(string Key, string Id, string Kind), bool> which)
    {
        var of = known.Where(which).TakeLast(400).ToList();
        return of.Count == 0 ? default : of[random.Next(of.Count)];
    }

    /// <summary>The status; null when no answer came.</summary>
    private async Task<int?> Asked(Func<Task<int>> request)
    {
        try
        {
            Changes++;
            return await request();
        }
        catch (Exception e) when (Api.IsUnknown(e))
        {
            return null;
        }
    }
}
