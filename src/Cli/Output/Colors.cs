using Spectre.Console;

namespace Cli.Output;

/// <summary>Phases and node states by colour; the word itself is always there too.</summary>
internal static class Colors
{
    public static Color? Of(string word) => word switch
    {
        "Running" or "Succeeded" or "Ready" => Color.Green,
        "Starting" or "Stopping" or "Draining" or "Suspended" or "Cordoned" => Color.Yellow,
        "Failed" or "TimedOut" or "NotReady" => Color.Red,
        "Cancelled" or "Drained" => Color.Grey,
        _ => null,
    };
}
