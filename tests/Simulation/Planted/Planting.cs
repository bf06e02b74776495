using System.Runtime.CompilerServices;
using Scheduling;

namespace Simulation.Planted;

/// <summary>Sets the switch that lets guards be taken away, before anything of the product runs in this process.</summary>
internal static class Planting
{
    [ModuleInitializer]
    internal static void Allow() => AppContext.SetSwitch(Guards.Switch, true);
}
