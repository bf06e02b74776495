using System.Globalization;
using NodeAgent.Imds;

namespace NodeAgent.Hardware;

/// <summary>
/// Tells the gateway which hardware the machine is on: when the agent starts, when it has changed, and once a day, should the gateway have forgotten. Apart from
/// events, which wait for nothing here.
/// </summary>
internal sealed class HardwareTeller(AgentSettings settings, NvidiaSmi gpus, GatewayClient gateway, TimeProvider time, TextWriter log)
{
    private static readonly TimeSpan s_again = TimeSpan.FromDays(1);

    /// <summary>Told again after this where it was not taken, and after twice as long each time, up to the time between two looks.</summary>
    private static readonly TimeSpan s_firstWait = TimeSpan.FromSeconds(5);

    private MachineHardware _told;
    private DateTimeOffset? _toldAt;
    private string _trouble = "";

    /// <summary>Until it is cancelled.</summary>
    public async Task Run(Task<Machine> known, CancellationToken cancellationToken)
    {
        try
        {
            var machine = await known.WaitAsync(cancellationToken);
            var wait = TimeSpan.Zero;
            while (true)
            {
                wait = await Look(machine, cancellationToken) ? settings.Hardware : Shorter(wait < s_firstWait ? s_firstWait : wait * 2);
                await Task.Delay(wait, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    /// <summary>One look. False: there was something to tell, and it was not taken.</summary>
    internal async Task<bool> Look(Machine machine, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var seen = new MachineHardware(await KvpPool.Host(settings.Kvp, cancellationToken), await gpus.Serials(cancellationToken)).After(_told);
        if (!seen.IsKnown || (seen == _told && now - _toldAt < s_again))
        {
            return true;
        }

        try
        {
            await gateway.Tell(machine, seen, now, cancellationToken);
            if (seen != _told)
            {
                await Say($"hardware told: host {seen.Host ?? "unknown"}, GPUs {seen.GpuSerials ?? "unknown"}");
            }

            (_told, _toldAt, _trouble) = (seen, now, "");
            return true;
        }
        catch (GatewayException e)
        {
            if (_trouble != e.Message)
            {
                await Say($"hardware not told: {e.Message}");
                _trouble = e.Message;
            }

            return false;
        }
    }

    private TimeSpan Shorter(TimeSpan wait) => wait < settings.Hardware ? wait : settings.Hardware;

    private Task Say(string what) => log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {what}"));
}
