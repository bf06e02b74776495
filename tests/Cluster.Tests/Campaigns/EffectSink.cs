using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cluster.Tests.Campaigns;

/// <summary>What a gateway wants to become so outside.</summary>
public sealed record Effect(long Epoch, string Job, int Attempt, string[] Gpus);

/// <summary>
/// The world outside: takes effects, as an API server does, and fences them. It refuses an epoch below one that it saw, and an attempt below one that it
/// saw of the job. What it accepts is checked against everything that it accepted before.
/// </summary>
internal sealed class EffectSink : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (int Attempt, bool Lives, string[] Gpus)> _jobs = [];
    private readonly Dictionary<string, string> _gpus = [];
    private readonly Dictionary<string, long> _firstStarts = [];
    private readonly List<string> _wrong = [];
    private readonly WebApplication _app;
    private long _epoch;

    private EffectSink(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public int Accepted { get; private set; }

    /// <summary>Effects of one who leads no longer, or of an attempt that is over.</summary>
    public int Refused { get; private set; }

    /// <summary>What should not have come, and was accepted.</summary>
    public IReadOnlyList<string> Wrong
    {
        get
        {
            lock (_lock)
            {
                return [.. _wrong];
            }
        }
    }

    public static async Task<EffectSink> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var sink = new EffectSink(app);
        app.MapPost("/start", (Effect effect) => sink.Answer(sink.TryStart(effect)));
        app.MapPost("/stop", (Effect effect) => sink.Answer(sink.TryStop(effect)));
        await app.StartAsync();
        return sink;
    }

    /// <summary>When a job's workers were first started; null: not yet.</summary>
    public long? StartedAt(string job)
    {
        lock (_lock)
        {
            return _firstStarts.TryGetValue(job, out var at) ? at : null;
        }
    }

    /// <summary>Attempts whose workers live.</summary>
    public int Living
    {
        get
        {
            lock (_lock)
            {
                return _jobs.Values.Count(j => j.Lives);
            }
        }
    }

    /// <summary>The attempt of a job that was started last; 0: none ever was.</summary>
    public int LastAttempt(string job)
    {
        lock (_lock)
        {
            return _jobs.TryGetValue(job, out var known) ? known.Attempt : 0;
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Answer(string? refusal)
    {
        lock (_lock)
        {
            _ = refusal is null ? Accepted++ : Refused++;
        }

        return refusal is null ? TypedResults.Ok() : TypedResults.Text(refusal, statusCode: StatusCodes.Status409Conflict);
    }

    private string? TryStart(Effect effect)
    {
        lock (_lock)
        {
            if (Stale(effect) is { } stale)
            {
                return stale;
            }

            var known = _jobs.GetValueOrDefault(effect.Job, (Attempt: 0, Lives: false, Gpus: []));
            if (known.Attempt == effect.Attempt)
            {
                // Told again, by the same or by who took over: no effect, whether it still lives or is over. Elsewhere it must not be.
                if (!known.Gpus.SequenceEqual(effect.Gpus))
                {
                    _wrong.Add($"attempt {effect.Attempt} of {effect.Job} was placed twice");
                }

                return null;
            }

            if (known.Lives)
            {
                _wrong.Add($"{effect.Job}: attempt {effect.Attempt} was started while {known.Attempt} lives");
            }

            foreach (var gpu in effect.Gpus)
            {
                if (_gpus.TryGetValue(gpu, out var holder) && holder != effect.Job)
                {
                    _wrong.Add($"{gpu} was given to {effect.Job}, and {holder} has it");
                }

                _gpus[gpu] = effect.Job;
            }

            _jobs[effect.Job] = (effect.Attempt, true, effect.Gpus);
            _firstStarts.TryAdd(effect.Job, Stopwatch.GetTimestamp());
            return null;
        }
    }

    private string? TryStop(Effect effect)
    {
        lock (_lock)
        {
            if (Stale(effect) is { } stale)
            {
                return stale;
            }

            if (_jobs.TryGetValue(effect.Job, out var known) && known.Attempt == effect.Attempt && known.Lives)
            {
                _jobs[effect.Job] = known with { Lives = false };
                foreach (var gpu in known.Gpus.Where(g => _gpus.GetValueOrDefault(g) == effect.Job))
                {
                    _gpus.Remove(gpu);
                }
            }

            return null;
        }
    }

    private string? Stale(Effect effect)
    {
        if (effect.Epoch < _epoch)
        {
            return $"epoch {effect.Epoch} is over: {_epoch} has acted";
        }

        _epoch = effect.Epoch;
        return _jobs.TryGetValue(effect.Job, out var known) && effect.Attempt < known.Attempt ? $"attempt {effect.Attempt} is over: {known.Attempt} has been started" : null;
    }
}
