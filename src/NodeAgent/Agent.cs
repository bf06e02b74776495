using System.Globalization;
using NodeAgent.Events;
using NodeAgent.Imds;

namespace NodeAgent;

/// <summary>
/// One machine's agent: it looks at the machine's scheduled events, tells the gateway of those that concern it, and lets them happen once the node is drained. It
/// speaks to the machine's metadata service and to the gateway, and to nothing else.
/// </summary>
internal sealed class Agent(AgentSettings settings, ImdsClient imds, GatewayClient gateway, TimeProvider time, TextWriter log)
{
    /// <summary>Whoever does not answer is asked again after this, and after twice as long each time, up to <see cref="s_longestWait"/>.</summary>
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<Machine> _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EventWatch? _watch;
    private Machine? _machine;
    private string _trouble = "";

    /// <summary>Which machine this is, once its metadata service has said so.</summary>
    public Task<Machine> Known => _known.Task;

    /// <summary>Until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        var wait = TimeSpan.Zero;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var isWell = await Look(cancellationToken);
                wait = isWell ? settings.Poll : Longer(wait);
                await Task.Delay(wait, time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One look. False: somebody did not answer.</summary>
    internal async Task<bool> Look(CancellationToken cancellationToken)
    {
        try
        {
            if (await Know(cancellationToken) is not ({ } machine, { } watch))
            {
                return false;
            }

            watch.See(await imds.Events(cancellationToken));
            foreach (var seen in watch.ToTell(time.GetUtcNow()))
            {
                var isDrained = await gateway.Tell(machine, seen, cancellationToken);
                if (watch.Told(seen.Id, isDrained, time.GetUtcNow()))
                {
                    await Say($"{seen.Type} {seen.Id} ({seen.Status}, not before {seen.NotBefore}): told; the node is {(isDrained ? "drained" : "not drained yet")}");
                }
            }

            if (watch.ToStart(time.GetUtcNow()) is { Count: > 0 } ready)
            {
                await imds.Start(ready, cancellationToken);
                foreach (var id in ready)
                {
                    watch.Started(id);
                    await Say($"{id} may happen");
                }
            }

            await Trouble("");
            return true;
        }
        catch (Exception e) when (e is ImdsException or GatewayException)
        {
            await Trouble($"{(e is ImdsException ? "the metadata service" : settings.Gateway)}: {e.Message}");
            return false;
        }
    }

    /// <summary>Which machine this is; asked once it answers.</summary>
    private async Task<(Machine?, EventWatch?)> Know(CancellationToken cancellationToken)
    {
        if (_watch is null)
        {
            _machine = Machine.Of(await imds.Compute(cancellationToken), settings.Node);
            if (_machine is null)
            {
                await Trouble("this machine is in no scale set");
                return default;
            }

            _watch = new EventWatch(_machine, settings.Ask, settings.Grace);
            _known.TrySetResult(_machine);
            await Say($"node {_machine.Node} is {_machine.Instance} of {_machine.Set}");
        }

        return (_machine, _watch);
    }

    private static TimeSpan Longer(TimeSpan before)
    {
        var longer = before < s_firstWait ? s_firstWait : before * 2;
        return longer < s_longestWait ? longer : s_longestWait;
    }

    /// <summary>Said once, not at every look; and when it is over.</summary>
    private async Task Trouble(string what)
    {
        if (_trouble != what)
        {
            await Say(what.Length == 0 ? "all answer again" : what);
            _trouble = what;
        }
    }

    private Task Say(string what) => log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {what}"));
}
