import '../parts/style.css';
import './studio.css';
import { render } from 'preact';
import { Studio } from './studio.tsx';

render(<Studio />, document.getElementById('page')!);
