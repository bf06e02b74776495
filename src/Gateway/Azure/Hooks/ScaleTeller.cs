using System.Net.Http.Headers;
using System.Text.Json;
using Gateway.Backends;
using Gateway.Leadership;
using Grains;
using Grains.ScaleSets;
using Scheduling.Scaling;

namespace Gateway.Azure.Hooks;

/// <summary>
/// Tells decisions on capacity to whoever wants to know: the notes that the grains keep are the outbox, and what was told is written there. At least
/// once and in order, to each address; one that does not take it is tried again later and later, and stops only its own set of messages.
/// </summary>
internal sealed class ScaleTeller(
    AzureOptions options, IGrainFactory grains, HookSecrets secrets, ILeader leader, HttpClient http, TimeProvider time, ILogger<ScaleTeller> logger) : BackgroundService
{
    private static readonly Caller s_teller = new() { Tenant = null, User = "system:teller", Roles = CallerRoles.Operator };
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    /// <summary>By set and address: the last note taken there. Lost with the process; then it is told again.</summary>
    private readonly Dictionary<(string Set, string Url), long> _taken = [];
    private readonly Dictionary<string, (int Failures, long NotBefore)> _failing = [];

    /// <summary>All that is there to tell. False: something could not be told.</summary>
    internal async Task<bool> Pass(CancellationToken cancellationToken)
    {
        var all = true;
        foreach (var set in options.ScaleSets)
        {
            var grain = grains.GetGrain<IScaleSetGrain>(set.Id);
            if (await grain.GetState() is not { } state || state.Notes.All(n => n.Number <= state.Told))
            {
                continue;
            }

            var told = true;
            foreach (var url in options.Hooks.Tell)
            {
                told &= await Tell(set, url, state, cancellationToken);
            }

            if (told)
            {
                await grain.Told(s_teller, state.Notes[^1].Number);
            }

            all &= told;
        }

        return all;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (leader.Epoch is not null)
                {
                    await Pass(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke, it is told with the next pass.
            catch (Exception e)
#pragma warning restore CA1031
            {
                AzureLog.TellFailed(logger, e, "grains");
            }

            await Pause.For(s_every, time, stoppingToken);
        }
    }

    private async Task<bool> Tell(AzureScaleSet set, string url, ScaleSetState state, CancellationToken cancellationToken)
    {
        var from = Math.Max(state.Told, _taken.GetValueOrDefault((set.Id, url)));
        var notes = state.Notes.Where(n => n.Number > from).ToList();
        if (notes.Count == 0)
        {
            return true;
        }

        if (secrets.TellKey is not { } key || (_failing.TryGetValue(url, out var failing) && time.GetTimestamp() < failing.NotBefore))
        {
            return false;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(new ToldDecisions(set.Pool, set.Id, [.. notes.Select(n => new ToldDecision(n.Number, n.At, n.What, n.Reason))]), ToldJson.Default.ToldDecisions);
        if (!await Post(url, key, body, cancellationToken))
        {
            var failures = _failing.GetValueOrDefault(url).Failures + 1;
            var wait = TimeSpan.FromSeconds(Math.Min(s_longest.TotalSeconds, Math.Pow(2, Math.Min(failures, 20))));
            _failing[url] = (failures, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
            return false;
        }

        _failing.Remove(url);
        _taken[(set.Id, url)] = notes[^1].Number;
        return true;
    }

    private async Task<bool> Post(string url, byte[] key, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(HookSignature.Header, HookSignature.Sign(key, body, time.GetUtcNow()));
        using var late = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var answer = await http.SendAsync(request, either.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            AzureLog.TellFailed(logger, e, new Uri(url).Host);
            return false;
        }
    }
}
