using KubeTests.Support;

// One API server for all that gets by with a namespace of its own. Classes that need the nodes for themselves, or break the server, take IClassFixture<OwnKubeServer>.
[assembly: AssemblyFixture(typeof(KubeServerFixture))]
