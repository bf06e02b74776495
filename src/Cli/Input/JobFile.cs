using Gateway.Contracts;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cli.Input;

/// <summary>
/// A job as a file: the fields of <c>POST /api/v1/jobs</c> in YAML or JSON (which is read as YAML), and for people also cpu, memory,
/// runFor, timeLimit, minRuntime, interval, grace and backOff with units. Unknown fields are refused, because a misspelt limit is no limit.
/// </summary>
internal static class JobFile
{
    /// <summary>The job of a file; of <paramref name="standardInput"/> when the file is called -.</summary>
    public static SubmitJobRequest Open(string file, TextReader standardInput)
    {
        if (file == "-")
        {
            return Read(file, standardInput);
        }

        try
        {
            using var reader = new StreamReader(file);
            return Read(file, reader);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{file} cannot be read: {e.Message}");
        }
    }

    /// <exception cref="CliException">Usage; names file and line.</exception>
    public static SubmitJobRequest Read(string file, TextReader input)
    {
        var name = file == "-" ? "standard input" : file;
        var fields = new YamlFields(name, Document(name, input));
        var job = new SubmitJobRequest
        {
            Name = fields.Needed("name"),
            Tenant = fields.Text("tenant"),
            Quota = fields.Text("quota"),
            Pool = fields.Text("pool"),
            Priority = fields.Integer("priority", 0, Limits.MaxPriority),
            Roles = Roles(fields),
            Topology = TopologyOf(fields.Object("topology")),
            RunForSeconds = Seconds(fields, "runForSeconds", "runFor"),
            TimeLimitSeconds = Seconds(fields, "timeLimitSeconds", "timeLimit"),
            MaxRetries = Either(
                fields, "maxRetries", fields.Integer("maxRetries", 0, Limits.MaxRetries), "retries", fields.Integer("retries", 0, Limits.MaxRetries)),
            Labels = fields.Map("labels"),
        };
        job = JobFileRules.Read(fields, job);
        fields.RefuseOthers();
        return job;
    }

    private static YamlNode Document(string file, TextReader input)
    {
        // The server takes no more; this also bounds what a YAML file can be blown up to.
        var buffer = new char[Limits.MaxBodyBytes + 1];
        var length = input.ReadBlock(buffer);
        if (length == buffer.Length)
        {
            throw CliException.Usage($"{file} is larger than {Limits.MaxBodyBytes / 1024} KiB, which is the most that one job may take");
        }

        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(new string(buffer, 0, length)));
        }
        catch (YamlException e)
        {
            throw CliException.Usage($"{file} line {e.Start.Line}: {e.Message}");
        }

        return stream.Documents.Count switch
        {
            1 => stream.Documents[0].RootNode,
            0 => throw CliException.Usage($"{file} is empty; write a job's fields, name and roles at least"),
            _ => throw CliException.Usage($"{file} has {stream.Documents.Count} documents; submit one job a file"),
        };
    }

    private static List<JobRole> Roles(YamlFields job)
    {
        var roles = job.Objects("roles").Select(Role).ToList();
        return roles.Count is > 0 and <= Limits.MaxRoles
            ? roles
            : throw CliException.Usage($"{job.Where("roles")} has {roles.Count} entries; write 1 to {Limits.MaxRoles}");
    }

    private static JobRole Role(YamlFields role)
    {
        var cpu = role.Text("cpu") is { } c ? Quantity.CpuMilli(role.Where("cpu"), c) : (long?)null;
        var memory = role.Text("memory") is { } m ? Quantity.MemoryMiB(role.Where("memory"), m) : (long?)null;
        var read = new JobRole
        {
            Name = role.Text("name") ?? "worker",
            Count = role.Integer("count", 1, Limits.MaxWorkersPerGang) ?? 1,
            CpuMilli = Either(role, "cpuMilli", role.Integer("cpuMilli", 0, Limits.MaxCpuMilli), "cpu", cpu) ?? throw Missing(role, "cpu", "cpuMilli"),
            MemoryMiB = Either(role, "memoryMiB", role.Integer("memoryMiB", 0, Limits.MaxMemoryMiB), "memory", memory) ?? throw Missing(role, "memory", "memoryMiB"),
            Gpus = role.Integer("gpus", 0, Limits.MaxGpusPerWorker) ?? 0,
            GpuMilli = role.Integer("gpuMilli", 1, Limits.WholeGpu),
            GpuModels = role.Texts("gpuModels"),
            ExtendedResources = role.Map("extendedResources")?.ToDictionary(r => r.Key, r => new ResourceCount(r.Value!), StringComparer.Ordinal),
            NodeSelector = role.Map("nodeSelector"),
            NodeAffinity = JobFileRules.NodeAffinity(role.Objects("nodeAffinity")),
            Tolerations = role.Map("tolerations"),
            MaxCount = role.Integer("maxCount", 1, Limits.MaxWorkersPerGang),
            Slices = JobFileRules.Slices(role.Object("slices")),
            AntiAffinity = JobFileRules.AntiAffinity(role.Object("antiAffinity")),
            Container = JobFileContainer.Read(role.Object("container")),
        };
        role.RefuseOthers();
        return read;
    }

    private static JobTopology? TopologyOf(YamlFields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        var topology = new JobTopology { Required = Level(fields, "required"), Preferred = Level(fields, "preferred") };
        fields.RefuseOthers();
        return topology;
    }

    private static string? Level(YamlFields fields, string name) =>
        fields.Text(name) is not { } level || level == "none" || Topology.Levels.Contains(level)
            ? fields.Text(name)
            : throw CliException.Usage($"{fields.Where(name)} is \"{level}\"; write none, node, nvlink, rack or block");

    internal static long? Seconds(YamlFields fields, string exact, string friendly) => Either(
        fields, exact, fields.Integer(exact, 1, Limits.MaxDurationSeconds), friendly, Duration.Seconds(fields.Where(friendly), fields.Text(friendly)));

    internal static long? Either(YamlFields fields, string exact, long? a, string friendly, long? b) => a is null || b is null
        ? a ?? b
        : throw CliException.Usage($"{fields.Where(friendly)} says again what {exact} says; keep one of them");

    private static CliException Missing(YamlFields fields, string friendly, string exact) =>
        CliException.Usage($"{fields.Where(friendly)} is missing; write {friendly} with a unit, or {exact}");
}
