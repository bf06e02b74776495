using System.Runtime.CompilerServices;
using Scheduling.Model;

// The core's types cross grain boundaries; their serializers are generated here, so that the core needs attributes only.
[assembly: GenerateCodeForDeclaringAssembly(typeof(JobSpec))]
[assembly: InternalsVisibleTo("Grains.Tests")]
[assembly: InternalsVisibleTo("Silo.Tests")]
