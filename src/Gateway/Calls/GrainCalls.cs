using Gateway.Hosting;
using Gateway.Telemetry;
using Orleans.Storage;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Gateway.Calls;

/// <summary>
/// Every call to a grain or to storage goes through here, so that every one has a deadline. A repeatable call whose outcome is unknown is
/// tried again within a total budget; any other ends as <see cref="OutcomeUnknownException"/> after one try.
/// </summary>
public sealed class GrainCalls
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(1);

    private readonly ResiliencePipeline _repeat;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    public GrainCalls(GatewayOptions options, TimeProvider time, GatewayInstruments instruments)
    {
        (_timeout, _time) = (options.CallTimeout, time);
        var builder = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(options.CallBudget);
        if (options.CallRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.CallRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = s_firstDelay,
                MaxDelay = s_longestDelay,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is { } e && IsUnknown(e)),
                OnRetry = args =>
                {
                    instruments.OnRetry(args.Outcome.Exception!);
                    return default;
                },
            });
        }

        _repeat = builder.Build();
    }

    /// <summary>A call that may run twice without harm.</summary>
    public async ValueTask<T> Repeat<TState, T>(TState state, Func<TState, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await _repeat.ExecuteAsync(
                static (s, token) => new ValueTask<T>(s.call(s.state).WaitAsync(s._timeout, s._time, token)),
                (state, call, _timeout, _time), cancellationToken);
        }
        catch (Exception e) when (IsUnknown(e))
        {
            throw new OutcomeUnknownException(e);
        }
    }

    /// <summary>A call that must not run twice.</summary>
    public async ValueTask<T> Once<TState, T>(TState state, Func<TState, Task<T>> call, CancellationToken cancellationToken, TimeSpan extra = default)
    {
        try
        {
            return await call(state).WaitAsync(_timeout + extra, _time, cancellationToken);
        }
        catch (Exception e) when (IsUnknown(e))
        {
            throw new OutcomeUnknownException(e);
        }
    }

    /// <summary>The call may have taken effect or not.</summary>
    private static bool IsUnknown(Exception e) =>
        e is TimeoutException or TimeoutRejectedException or InconsistentStateException or OrleansException or IOException;
}

/// <summary>A part of the system did not answer in time: answered as 503.</summary>
public sealed class OutcomeUnknownException(Exception inner) : Exception("A grain call did not end in time.", inner);
