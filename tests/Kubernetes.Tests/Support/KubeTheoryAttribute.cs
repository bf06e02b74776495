using System.Runtime.CompilerServices;
using KubeKit;

namespace KubeTests.Support;

/// <summary>As <see cref="KubeFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class KubeTheoryAttribute : TheoryAttribute
{
    public KubeTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = KubeBinaries.WhyMissing;
}
