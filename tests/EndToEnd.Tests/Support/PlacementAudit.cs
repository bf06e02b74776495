using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Support;

/// <summary>Adds up, GPU by GPU and node by node, what the placements of all jobs take: a deliberately dumb twin of the racks' ledgers.</summary>
internal sealed class PlacementAudit
{
    private readonly Dictionary<string, JsonNode> _nodes;
    private readonly Dictionary<(string Node, int Gpu), List<(string Job, int Milli)>> _gpus = [];
    private readonly Dictionary<string, (long Cpu, long Memory)> _used = [];

    private PlacementAudit(List<JsonNode> nodes)
    {
        foreach (var twice in nodes.GroupBy(n => (string)n["name"]!).Where(g => g.Count() > 1))
        {
            Faults.Add($"node {twice.Key} is listed {twice.Count()} times: {string.Join(", ", twice.Select(n => n["rack"]))}");
        }

        _nodes = nodes.DistinctBy(n => (string)n["name"]!).ToDictionary(n => (string)n["name"]!);
    }

    public long GpuMilli => _gpus.Values.Sum(users => users.Sum(u => (long)u.Milli));

    /// <summary>"job attempt workers" for each job and rack.</summary>
    public List<string> Shares { get; } = [];

    public List<string> Faults { get; } = [];

    /// <summary>Reads every live placement. The cluster must be at rest: nothing may end or start meanwhile.</summary>
    public static async Task<PlacementAudit> Run(Api api, IEnumerable<string> jobs)
    {
        var audit = new PlacementAudit(await api.All("pools/openb/nodes?maxpagesize=1000"));
        foreach (var id in jobs)
        {
            var job = await api.Job(id);
            if (job["placement"] is not null)
            {
                audit.Add(job, await api.All($"jobs/{id}/workers?maxpagesize=1000"));
            }
        }

        audit.Check();
        return audit;
    }

    private void Add(JsonNode job, List<JsonNode> workers)
    {
        var id = (string)job["id"]!;
        var wanted = (int)job["workers"]!;
        Shares.AddRange(workers.GroupBy(w => (string)w["rack"]!).Select(rack => $"{id} {job["attempt"]} {rack.Count()}"));
        if (workers.Count != wanted || workers.Select(w => (int)w["rank"]!).Distinct().Count() != wanted)
        {
            Faults.Add($"{id} has {workers.Count} of {wanted} workers placed: a gang runs whole or not at all");
        }

        var roles = job["roles"]!.AsArray().ToDictionary(r => (string)r!["name"]!, r => r!);
        foreach (var worker in workers)
        {
            var role = roles[(string)worker["role"]!];
            var node = (string?)worker["node"];
            if (node is null || !_nodes.ContainsKey(node))
            {
                Faults.Add($"{id} has a worker on no known node: {worker.ToJsonString()}");
                continue;
            }

            var gpus = worker["gpus"]!.AsArray().Select(g => (int)g!).ToList();
            if (gpus.Count != (int)role["gpus"]! || gpus.Distinct().Count() != gpus.Count)
            {
                Faults.Add($"{id} got GPUs [{string.Join(",", gpus)}] of {node}, asked for {role["gpus"]}");
            }

            foreach (var gpu in gpus)
            {
                if (!_gpus.TryGetValue((node, gpu), out var users))
                {
                    _gpus[(node, gpu)] = users = [];
                }

                users.Add((id, (int)worker["gpuMilli"]!));
            }

            var (cpu, memory) = _used.GetValueOrDefault(node);
            _used[node] = (cpu + (long)role["cpuMilli"]!, memory + (long)role["memoryMiB"]!);
        }
    }

    private void Check()
    {
        foreach (var ((node, gpu), users) in _gpus)
        {
            if (gpu < 0 || gpu >= (int)_nodes[node]["gpus"]!)
            {
                Faults.Add($"{node} has no GPU {gpu}");
            }

            // Whole GPUs take 1000 each, so sharing one would pass 1000 as well.
            if (users.Sum(u => u.Milli) > 1000)
            {
                Faults.Add($"GPU {gpu} of {node} is given {users.Sum(u => u.Milli)}/1000 to {string.Join(", ", users)}");
            }
        }

        foreach (var (node, used) in _used)
        {
            var capacity = _nodes[node]["capacity"]!;
            if (used.Cpu > (long)capacity["cpuMilli"]! || used.Memory > (long)capacity["memoryMiB"]!)
            {
                Faults.Add($"{node} has {capacity.ToJsonString()}, given {used.Cpu} CPU milli and {used.Memory} MiB");
            }
        }
    }
}
