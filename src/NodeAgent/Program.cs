using System.Runtime.InteropServices;
using NodeAgent;
using NodeAgent.Hardware;
using NodeAgent.Imds;

// Settings come from the environment, so that a pod and a systemd unit are set up in the same way.
var settings = AgentSettings.From(Environment.GetEnvironmentVariable);
if (settings.Errors().ToList() is { Count: > 0 } errors)
{
    foreach (var error in errors)
    {
        await Console.Error.WriteLineAsync(error);
    }

    return 2;
}

using var stop = new CancellationTokenSource();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var imds = new ImdsClient(settings.Imds);
using var gateway = new GatewayClient(settings, TimeProvider.System);
using var gpus = new NvidiaSmi(settings.NvidiaSmi, TimeSpan.FromSeconds(30), TimeProvider.System);
var agent = new Agent(settings, imds, gateway, TimeProvider.System, Console.Out);
var hardware = new HardwareTeller(settings, gpus, gateway, TimeProvider.System, Console.Out);

// Whichever breaks ends both: whoever started the agent starts it again.
await await Task.WhenAny(agent.Run(stop.Token), hardware.Run(agent.Known, stop.Token));
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
