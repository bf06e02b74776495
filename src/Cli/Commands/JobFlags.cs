using System.CommandLine;
using Cli.Input;
using Gateway.Contracts;

namespace Cli.Commands;

/// <summary>The flags that describe a job of one role. Everything is read as text, so that every refusal can say what to write instead.</summary>
internal sealed class JobFlags
{
    private readonly Option<string?> _name = new("--name", "-n") { Description = "The job's name", HelpName = "NAME" };
    private readonly Option<string?> _workers = new("--workers") { Description = "Workers that start together (1)", HelpName = "N" };
    private readonly Option<string?> _gpus = new("--gpus") { Description = "GPUs of each worker (0)", HelpName = "N" };
    private readonly Option<string?> _gpuMilli = new("--gpu-milli") { Description = "Thousandths of the GPU, when --gpus is 1 (1000)", HelpName = "N" };
    private readonly Option<string?> _cpu = new("--cpu") { Description = "Cores of each worker: 8, 0.5 or 500m (1)", HelpName = "CORES" };
    private readonly Option<string?> _memory = new("--memory") { Description = "Memory of each worker: 512Mi, 64Gi (1Gi)", HelpName = "SIZE" };
    private readonly Option<string[]> _resource = new("--resource")
    {
        Description = "Of each worker: rdma/hca=1, ephemeral-storage=100Gi, hugepages-2Mi=1Gi; may be repeated", HelpName = "NAME=AMOUNT",
    };

    private readonly Option<string[]> _gpuModel = new("--gpu-model") { Description = "GPU models it may run on, best first; repeat or separate by commas", HelpName = "MODEL" };
    private readonly Option<string?> _priority = new("--priority") { Description = "0 to 1000; higher goes first (0)", HelpName = "N" };
    private readonly Option<string?> _pool = new("--pool") { Description = "Which pool runs it", HelpName = "POOL" };
    private readonly Option<string?> _quota = new("--quota") { Description = "Where it is charged: cohort/team or cohort/team/user", HelpName = "PATH" };
    private readonly Option<string?> _time = new("--time", "-t") { Description = "Ended when an attempt runs longer: 90s, 15m, 2h, 1-12:00:00", HelpName = "TIME" };
    private readonly Option<string?> _runFor = new("--run-for") { Description = "How long workers run on hollow nodes; until stopped without it", HelpName = "TIME" };
    private readonly Option<string[]> _topology = new("--topology")
    {
        Description = "node, nvlink, rack or block, each with :preferred (default) or :required",
        HelpName = "LEVEL[:KIND]",
    };

    private readonly Option<string?> _retries = new("--retries") { Description = "Further attempts after a failed one (0)", HelpName = "N" };
    private readonly Option<string[]> _label = new("--label", "-l") { Description = "key=value; may be repeated", HelpName = "K=V" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Whose job it is, when not your own tenant's", HelpName = "TENANT" };

    private readonly JobRuleFlags _rules = new();
    private readonly ContainerFlags _container = new();

    private IReadOnlyList<Option> All =>
        [.. _rules.All, .. _container.All, _name, _workers, _gpus, _gpuMilli, _cpu, _memory, _resource, _gpuModel, _priority, _pool, _quota, _time, _runFor, _topology, _retries, _label, _tenant];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }

        command.Add(_container.Command);
    }

    /// <summary>The first of these flags that was given; null when none was.</summary>
    public string? Given(ParseResult parsed) =>
        All.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false })?.Name ?? (_container.HasCommand(parsed) ? "the command behind --" : null);

    /// <exception cref="CliException">Usage.</exception>
    public SubmitJobRequest Read(ParseResult parsed, DateTimeOffset now)
    {
        string? Text(Option<string?> option) => parsed.GetValue(option);
        long? Integer(Option<string?> option, long least, long most) => Text(option) is { } t ? Quantity.Integer(option.Name, t, least, most) : null;

        _container.HasCommand(parsed);
        var gpus = Integer(_gpus, 0, Limits.MaxGpusPerWorker);
        var milli = Integer(_gpuMilli, 1, Limits.WholeGpu);
        if (milli is not null && milli != Limits.WholeGpu && (gpus ?? 1) != 1)
        {
            throw CliException.Usage("--gpu-milli takes part of one GPU; use it with --gpus 1");
        }

        var job = new SubmitJobRequest
        {
            Name = Text(_name) ?? throw CliException.Usage("the job has no name; give it one with --name, or a file with -f"),
            Tenant = Text(_tenant),
            Quota = Text(_quota),
            Pool = Text(_pool),
            Priority = Integer(_priority, 0, Limits.MaxPriority),
            Roles =
            [
                new JobRole
                {
                    Name = "worker",
                    Count = Integer(_workers, 1, Limits.MaxWorkersPerGang) ?? 1,
                    CpuMilli = Quantity.CpuMilli("--cpu", Text(_cpu) ?? "1"),
                    MemoryMiB = Quantity.MemoryMiB("--memory", Text(_memory) ?? "1Gi"),
                    Gpus = gpus ?? (milli is null ? 0 : 1),
                    GpuMilli = milli,
                    GpuModels = Models(parsed.GetValue(_gpuModel) ?? []),
                    ExtendedResources = NamedAmounts.Parse("--resource", parsed.GetValue(_resource) ?? []),
                },
            ],
            Topology = Topology.Parse(parsed.GetValue(_topology) ?? []),
            RunForSeconds = Duration.Seconds("--run-for", Text(_runFor)),
            TimeLimitSeconds = Duration.Seconds("--time", Text(_time)),
            MaxRetries = Integer(_retries, 0, Limits.MaxRetries),
            Labels = Labels.Parse("--label", parsed.GetValue(_label) ?? []),
        };
        return _container.Read(parsed, _rules.Read(parsed, job, now));
    }

    private static List<string?>? Models(string[] values)
    {
        var models = values.SelectMany(v => v.Split(',')).Select(m => m.Trim()).ToList();
        if (models.Any(m => m.Length == 0) || models.Distinct().Count() != models.Count || models.Count > Limits.MaxGpuModels)
        {
            throw CliException.Usage($"--gpu-model is \"{string.Join(',', values)}\"; write up to {Limits.MaxGpuModels} different models, like A100,H100");
        }

        return models.Count == 0 ? null : [.. models];
    }
}
