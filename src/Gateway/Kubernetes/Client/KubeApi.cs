using System.Globalization;
using k8s;
using k8s.Models;
using Polly;
using Polly.Retry;

namespace Gateway.Kubernetes.Client;

/// <summary>
/// One cluster's API: every call ends, and ends as an answer. Reads are made again within a budget. A write whose outcome is unknown is not:
/// its caller reads first. When the server wants fewer calls (429, as from API Priority and Fairness), all calls wait for as long as it says.
/// </summary>
internal sealed class KubeApi
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private readonly IKubernetes _client;
    private readonly KubeApiOptions _options;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _again;
    private long _quietUntil;
    private volatile VersionInfo? _version;

    public KubeApi(string name, IKubernetes client, KubeApiOptions options, TimeProvider time)
    {
        (Name, _client, _options, _time) = (name, client, options, time);
        _quietUntil = time.GetTimestamp();
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = LongestDelay,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is IPassing passing && !(passing.After > options.LongestWait)),
                DelayGenerator = static args => ValueTask.FromResult((args.Outcome.Result as IPassing)?.After),
            });
        }

        _again = builder.Build();
    }

    /// <summary>The cluster, for logs and metrics.</summary>
    public string Name { get; }

    /// <summary>For what is no single call: watches.</summary>
    public IKubernetes Client => _client;

    /// <summary>A call that changes nothing.</summary>
    public async Task<ClusterAnswer<T>> Read<T>(Func<IKubernetes, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        await _again.ExecuteAsync(static (s, token) => new ValueTask<ClusterAnswer<T>>(s.Api.Once(s.Call, token)), (Api: this, Call: call), cancellationToken);

    /// <summary>A call that changes something, or may have.</summary>
    public Task<ClusterAnswer<T>> Write<T>(Func<IKubernetes, CancellationToken, Task<T>> call, CancellationToken cancellationToken) => Once(call, cancellationToken);

    /// <summary>As it stands now, after everything that was answered before.</summary>
    public Task<ClusterAnswer<V1Pod>> ReadPod(string @namespace, string name, CancellationToken cancellationToken) =>
        Read((client, token) => client.CoreV1.ReadNamespacedPodAsync(name, @namespace, cancellationToken: token), cancellationToken);

    /// <summary>
    /// Servers before 1.21 bind without a look at UID and version. A server whose version is not known (yet) is taken for one of those.
    /// </summary>
    public async ValueTask<bool> HonoursPreconditionsOfBindings(CancellationToken cancellationToken)
    {
        if (_version is null && await Read((client, token) => client.Version.GetCodeAsync(token), cancellationToken) is ClusterAnswer<VersionInfo>.Done read)
        {
            _version = read.Value;
        }

        // A managed cluster's minor may end in a plus sign.
        return _version is { Major: "1", Minor: var minor } && int.TryParse(minor.TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 21;
    }

    private async Task<ClusterAnswer<T>> Once<T>(Func<IKubernetes, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        if (QuietFor() is { } wait && wait > TimeSpan.Zero)
        {
            if (wait > _options.LongestWait)
            {
                return new ClusterAnswer<T>.Throttled(wait);
            }

            await Task.Delay(wait, _time, cancellationToken);
        }

        try
        {
            return new ClusterAnswer<T>.Done(await call(_client, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (KubeErrors.IsOfTheCall(e))
        {
            if (KubeErrors.ServerWideWait(e) is { } quiet)
            {
                BeQuiet(quiet);
            }

            return KubeErrors.AnswerOf<T>(e);
        }
    }

    private TimeSpan QuietFor() => _time.GetElapsedTime(_time.GetTimestamp(), Volatile.Read(ref _quietUntil));

    private void BeQuiet(TimeSpan wait)
    {
        var until = _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency);
        var known = Volatile.Read(ref _quietUntil);
        while (known < until && Interlocked.CompareExchange(ref _quietUntil, until, known) is var seen && seen != known)
        {
            known = seen;
        }
    }
}
