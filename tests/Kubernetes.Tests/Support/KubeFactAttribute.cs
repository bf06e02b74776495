using System.Runtime.CompilerServices;
using KubeKit;

namespace KubeTests.Support;

/// <summary>A test that needs a real API server; skipped, with the reason, on a machine that could not build one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KubeFactAttribute : FactAttribute
{
    public KubeFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = KubeBinaries.WhyMissing;
}
