using System.Globalization;
using System.Text.Json;
using Cli.Http;
using Gateway.Contracts;

namespace Cli.Replay;

/// <summary>
/// Submits the rows in their order, some at once. A row's idempotency key follows from the file, the run and the row alone, so
/// neither a retry, nor a second run, nor a crash in between makes a second job.
/// </summary>
internal sealed class Submission(SchedClient client, ReplayFile file, ReplayOptions options, TimeProvider time, Action<int> progress)
{
    private const int MaxErrorsKept = 5;

    private readonly string?[] _ids = new string?[file.Rows.Count];
    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private int _accepted;
    private int _rejected;
    private int _unknown;
    private string? _pool;

    /// <summary>Accepted job ids by row; null where there is none.</summary>
    public IReadOnlyList<string?> Ids => _ids;

    public int Accepted => _accepted;

    public int Rejected => _rejected;

    public int Unknown => _unknown;

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>The pool of the first accepted job.</summary>
    public string? Pool => _pool;

    public TimeSpan Took { get; private set; }

    /// <exception cref="CliException">The server does not let this caller submit: no further row is tried.</exception>
    public async Task Run(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        await using var log = options.AckLog is { } path ? AckLog.Open(path) : null;
        await Parallel.ForEachAsync(
            Paced(start, cancellationToken), new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken },
            async (row, token) => await One(row, log, token));
        Took = time.GetElapsedTime(start);
    }

    /// <summary>Rows in order, no sooner than the rate allows.</summary>
    private async IAsyncEnumerable<int> Paced(long start, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var row = 0; row < file.Rows.Count; row++)
        {
            if (options.Rate is { } rate && TimeSpan.FromSeconds(row / rate) - time.GetElapsedTime(start) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, time, cancellationToken);
            }

            yield return row;
        }
    }

    private async Task One(int row, AckLog? log, CancellationToken cancellationToken)
    {
        var request = SchedRequest.Post("jobs", JsonSerializer.Serialize(Job(file.Rows[row]), ContractsJson.Default.SubmitJobRequest)) with
        {
            IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"replay-{file.Hash[..32]}-{options.RunId}-{row}"),
        };
        try
        {
            var job = (await client.Send(request, cancellationToken)).Read(ContractsJson.Lenient.Job);
            if (log is not null)
            {
                await log.Add(job.Id);
            }

            _ids[row] = job.Id;
            Interlocked.CompareExchange(ref _pool, job.Pool, null);
            Interlocked.Increment(ref _accepted);
        }
        catch (CliException e) when (e.ExitCode != ExitCode.NotAuthorised)
        {
            Interlocked.Increment(ref e.ExitCode == ExitCode.Failure ? ref _unknown : ref _rejected);
            lock (_lock)
            {
                if (_errors.Count < MaxErrorsKept)
                {
                    _errors.Add($"line {file.Rows[row].Line}: {e.Message}");
                }
            }
        }

        progress(_accepted + _rejected + _unknown);
    }

    private SubmitJobRequest Job(PodRow pod) => new()
    {
        Name = pod.Name,
        Tenant = options.Tenant,
        Quota = options.Quota,
        Pool = options.Pool,
        Priority = options.Priority,
        RunForSeconds = options.RunForSeconds,
        Roles =
        [
            new JobRole
            {
                Name = "pod",
                Count = 1,
                CpuMilli = pod.CpuMilli,
                MemoryMiB = pod.MemoryMiB,
                Gpus = pod.Gpus,
                GpuMilli = pod.Gpus == 0 ? null : pod.GpuMilli,
                GpuModels = pod.GpuModels.Count == 0 ? null : pod.GpuModels,
            },
        ],
    };
}
